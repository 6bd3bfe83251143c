/*
 * The protocol by itself, for Spin: one transaction, three branches, one crash of the coordinator. It shares no line with
 * the Java code, and no thought but the protocol's rules, which docs/protocol.md numbers P1 to P15.
 *
 * Proved in every reachable state (see promises() below):
 *   A1  no two different outcomes are seen anywhere
 *   A2  commit implies that every branch voted yes durably, or read-only
 *   A3  an outcome once told never changes
 *
 * The network is the set of all messages ever sent. Nothing is taken out of it, so each may be read in any order, again and
 * again, long after its sender's death, or never: reordering, duplication, delay and loss without bound. The coordinator may
 * roll back whatever is undecided at any moment: a timeout, a refused vote, a client's request. A participant's process may
 * die at any moment.
 *
 * Three defences can be taken out, each of which must give a counterexample:
 *   -DEFFECTS_BEFORE_SYNC    P6: effects no longer wait until the decision is on disk
 *   -DNO_EPOCH_FENCE         P3, P8, P15: a later life of the coordinator takes enlistments and votes for ids of an earlier one
 *   -DENLIST_AFTER_PREPARE   P2: enlisting is no longer refused once prepare has begun
 * And one claim is wrong, or the proof would be about a model in which nothing happens:
 *   -DNOTHING_COMMITS        no transaction commits in all three branches across the crash
 */

#define BRANCHES 3
#define EPOCHS   2

/* A message about branch i, sent or meant in epoch e. */
#define AT(e, i) ((e) * BRANCHES + (i))

/* ---- the coordinator, lost with a crash ------------------------------------------------------------------------------- */

mtype:transaction = { UNKNOWN, ACTIVE, PREPARING, COMMITTING, ROLLING_BACK };
mtype:transaction state = ACTIVE;      /* begun in epoch 0: the epoch in its id */
bool down = false;
byte epoch = 0;
bool enlisted[BRANCHES];
bool asked[BRANCHES];                  /* sent Prepare: those whose votes count */
bool voted[BRANCHES];
bool prepared[BRANCHES];               /* voted PREPARED, not READ_ONLY */

/* ---- the log: CommitDecided, first written, then on disk --------------------------------------------------------------- */

bool written = false;
bool durable = false;
bool decided[BRANCHES];                /* the branches that the record lists */

/* ---- participants and their databases ---------------------------------------------------------------------------------- */

mtype:branch = { IDLE, WORKING, IS_PREPARED, IS_READ_ONLY, IS_COMMITTED, IS_ROLLED_BACK };
mtype:branch branch[BRANCHES] = IDLE;
bool confirmed[BRANCHES];              /* join has returned: the application relies on the branch */
byte seen[BRANCHES];                   /* the highest epoch shown to the participant, kept across its deaths */

/* ---- the network: what was ever sent ----------------------------------------------------------------------------------- */

bool enlist[BRANCHES];
bool enlistment_holds[BRANCHES];
bool enlistment_refused[BRANCHES];
bool prepare[EPOCHS * BRANCHES];
bool vote_prepared[EPOCHS * BRANCHES];
bool vote_read_only[EPOCHS * BRANCHES];
bool commit[EPOCHS * BRANCHES];
bool rollback[EPOCHS * BRANCHES];
bool inquiry[BRANCHES];                /* a scan that found the branch prepared */
bool commit_requested = false;

/* ---- what was seen of the outcome -------------------------------------------------------------------------------------- */

bool told_committed = false;           /* by the coordinator, to a client */
bool told_rolled_back = false;
bool one_committed = false;            /* by a branch's database */
bool one_rolled_back = false;          /* a branch that the application relied on, on the coordinator's word */

/* The branch is rightly in, or rightly out of, a decision that is on disk. */
#define KEEPS(i) ((!decided[i] || branch[i] == IS_PREPARED || branch[i] == IS_COMMITTED) && \
                  (decided[i] || !confirmed[i] || branch[i] == IS_READ_ONLY))

inline promises() {
    /* A1 */ assert(!((told_committed || one_committed) && (told_rolled_back || one_rolled_back)));
    /* A1 */ assert(!(told_committed || one_committed) || durable);
    /* A2 */ assert(!durable || (KEEPS(0) && KEEPS(1) && KEEPS(2)));
    /* A3 */ assert(!(told_committed && told_rolled_back));
#ifdef NOTHING_COMMITS
    assert(!(branch[0] == IS_COMMITTED && branch[1] == IS_COMMITTED && branch[2] == IS_COMMITTED && epoch == 1))
#endif
}

/* Whether the coordinator may act on a message that was meant for this epoch (P3, P15). */
#ifdef NO_EPOCH_FENCE
#define OF_THIS_LIFE(e) true
#else
#define OF_THIS_LIFE(e) ((e) == epoch)
#endif

/* Whether what reveals the decision may leave (P6). */
#ifdef EFFECTS_BEFORE_SYNC
#define MAY_TELL written
#else
#define MAY_TELL durable
#endif

/* Whether a transaction takes branches (P2). */
#ifdef ENLIST_AFTER_PREPARE
#define TAKES_BRANCHES (state == ACTIVE || state == PREPARING || state == COMMITTING)
#else
#define TAKES_BRANCHES (state == ACTIVE)
#endif

/* What a restarted coordinator makes of an id of an ended epoch: nothing, unless the fence is out (P8). */
inline take_up_again() {
#ifdef NO_EPOCH_FENCE
    if
    :: state == UNKNOWN -> state = ACTIVE
    :: else -> skip
    fi
#else
    skip
#endif
}

/*
 * The coordinator, as far as it deals with one branch. All that the coordinator does is atomic, as one thread's work is, so
 * that these and Coordinator below are one process of the real system.
 */
proctype Desk(byte i) {
    byte e;
end:
    do
    :: atomic { /* P2: Enlist. A repeated one is confirmed again while its branch is in. */
        !down && enlist[i] && !(enlistment_holds[i] && enlistment_refused[i]) ->
        take_up_again();
        if
        :: enlisted[i] && state != ROLLING_BACK && state != UNKNOWN -> enlistment_holds[i] = true
        :: !enlisted[i] && TAKES_BRANCHES -> enlisted[i] = true; enlistment_holds[i] = true
        :: else -> enlistment_refused[i] = true
        fi;
        promises()
       }
    :: d_step { /* P3: a vote, in the epoch of its Prepare */
        !down && state == PREPARING && asked[i] && !voted[i] &&
        ((OF_THIS_LIFE(0) && vote_prepared[AT(0, i)]) || (OF_THIS_LIFE(1) && vote_prepared[AT(1, i)])) ->
        voted[i] = true;
        prepared[i] = true
       }
    :: d_step {
        !down && state == PREPARING && asked[i] && !voted[i] &&
        ((OF_THIS_LIFE(0) && vote_read_only[AT(0, i)]) || (OF_THIS_LIFE(1) && vote_read_only[AT(1, i)])) ->
        voted[i] = true
       }
    :: d_step { /* P7: Commit, to the branches in the decision */
        !down && state == COMMITTING && MAY_TELL && decided[i] && !commit[AT(epoch, i)] ->
        commit[AT(epoch, i)] = true
       }
    :: d_step { /* P7: Rollback, to all the others; a late voter hears it too */
        !down && state == ROLLING_BACK && enlisted[i] && !rollback[AT(epoch, i)] ->
        rollback[AT(epoch, i)] = true
       }
    :: d_step { /* P9: an answer to a scan, of a decided transaction and a branch outside the decision */
        !down && state == COMMITTING && MAY_TELL && inquiry[i] && !decided[i] && !rollback[AT(epoch, i)] ->
        rollback[AT(epoch, i)] = true
       }
    :: d_step { /* P9: once prepare has begun, a branch that is not enlisted cannot get into the decision any more */
        !down && state == PREPARING && inquiry[i] && !enlisted[i] && !rollback[AT(epoch, i)] ->
        rollback[AT(epoch, i)] = true
       }
    :: d_step { /* P10: presumed, for an id of an ended epoch that has no record */
        !down && state == UNKNOWN && inquiry[i] && !rollback[AT(epoch, i)] ->
        rollback[AT(epoch, i)] = true
       }
    od
}

proctype Coordinator() {
    byte i;
    bool crashed = false;
end:
    do
    :: d_step { /* P3: a client has asked to commit; Prepare goes to whoever is enlisted */
        !down && commit_requested && state == ACTIVE ->
        state = PREPARING;
        for (i : 0 .. BRANCHES - 1) {
            if
            :: enlisted[i] -> asked[i] = true; prepare[AT(epoch, i)] = true
            :: else -> skip
            fi
        }
        i = 0
       }
    :: d_step { /* P4: every branch has voted, and none refused. The state runs ahead of the disk. */
        !down && state == PREPARING &&
        (voted[0] || !asked[0]) && (voted[1] || !asked[1]) && (voted[2] || !asked[2]) ->
        state = COMMITTING;
        written = true;
        for (i : 0 .. BRANCHES - 1) {
            decided[i] = prepared[i]
        }
        i = 0
       }
    :: d_step { /* the commit condition: committed if and only if this record is durable */
        !down && written && !durable ->
        durable = true;
        promises()
       }
    :: d_step { /* P4: any refusal, timeout or request to roll back. Nothing is forced. */
        !down && (state == ACTIVE || state == PREPARING) ->
        state = ROLLING_BACK
       }
    :: d_step { /* P4, P11: whoever asks is told */
        !down && state == COMMITTING && MAY_TELL && commit_requested && !told_committed ->
        told_committed = true;
        promises()
       }
    :: d_step { /* P10, P11: rolled back, or presumed so */
        !down && (state == ROLLING_BACK || state == UNKNOWN) && !told_rolled_back ->
        told_rolled_back = true;
        promises()
       }
    :: atomic { /* The one crash. A record that is not on disk is lost, or found again. */
        !down && !crashed ->
        crashed = true;
        down = true;
        if
        :: written && !durable -> written = false; decided[0] = false; decided[1] = false; decided[2] = false
        :: skip
        fi;
        state = UNKNOWN;
        for (i : 0 .. BRANCHES - 1) {
            enlisted[i] = false;
            asked[i] = false;
            voted[i] = false;
            prepared[i] = false
        }
        i = 0
       }
    :: d_step { /* P1, P8: a new epoch; what is read back is synced before anything leaves; the undecided is forgotten */
        down ->
        down = false;
        epoch = epoch + 1;
        if
        :: written ->
            durable = true;
            state = COMMITTING;
            for (i : 0 .. BRANCHES - 1) {
                enlisted[i] = decided[i]
            }
            i = 0
        :: else -> skip
        fi;
        promises()
       }
    od
}

/* P15: a participant takes nothing of a lower epoch than it has seen. */
#define HEARS(e, message) (message[AT(e, i)] && (e) >= seen[i])

proctype Participant(byte i) {
    byte e;
end:
    do
    :: d_step { /* P2: the application joins */
        branch[i] == IDLE ->
        branch[i] = WORKING;
        enlist[i] = true
       }
    :: d_step { /* join returns */
        branch[i] == WORKING && enlistment_holds[i] && !confirmed[i] ->
        confirmed[i] = true;
        promises()
       }
    :: d_step { /* join fails, and the work is undone */
        branch[i] == WORKING && enlistment_refused[i] && !confirmed[i] ->
        branch[i] = IS_ROLLED_BACK
       }
    :: d_step { /* the process dies, or the database ends the work: what is not prepared is gone */
        branch[i] == WORKING ->
        branch[i] = IS_ROLLED_BACK;
        promises()
       }
    :: atomic { /* P3: Prepare. Who is asked is enlisted. A refusal needs no message: the coordinator may roll back anyway. */
        branch[i] == WORKING && (HEARS(0, prepare) || HEARS(1, prepare)) ->
        if
        :: HEARS(0, prepare) -> e = 0
        :: HEARS(1, prepare) -> e = 1; seen[i] = 1
        fi;
        confirmed[i] = true;
        if
        :: branch[i] = IS_PREPARED; vote_prepared[AT(e, i)] = true
        :: branch[i] = IS_READ_ONLY; vote_read_only[AT(e, i)] = true
        :: branch[i] = IS_ROLLED_BACK
        fi;
        e = 0;
        promises()
       }
    :: d_step { /* a Prepare once more: the stored vote is repeated */
        branch[i] == IS_PREPARED && HEARS(1, prepare) && !vote_prepared[AT(1, i)] ->
        seen[i] = 1;
        vote_prepared[AT(1, i)] = true
       }
    :: d_step { /* P9: it is scanned, and asks */
        branch[i] == IS_PREPARED && !inquiry[i] ->
        inquiry[i] = true
       }
    :: atomic { /* P7 */
        branch[i] != IS_COMMITTED && (HEARS(0, commit) || HEARS(1, commit)) ->
        if
        :: HEARS(0, commit) -> skip
        :: HEARS(1, commit) -> seen[i] = 1
        fi;
        assert(branch[i] == IS_PREPARED);
        branch[i] = IS_COMMITTED;
        one_committed = true;
        promises()
       }
    :: atomic { /* P7, P10 */
        branch[i] != IS_ROLLED_BACK && branch[i] != IDLE && branch[i] != IS_READ_ONLY &&
        (HEARS(0, rollback) || HEARS(1, rollback)) ->
        if
        :: HEARS(0, rollback) -> skip
        :: HEARS(1, rollback) -> seen[i] = 1
        fi;
        assert(branch[i] != IS_COMMITTED);
        branch[i] = IS_ROLLED_BACK;
        one_rolled_back = one_rolled_back || confirmed[i];
        promises()
       }
    od
}

/* A client asks to commit, sooner or later: also before every join has returned. The request is in the network for ever. */
proctype Client() {
    commit_requested = true
}

init {
    atomic {
        run Coordinator();
        run Client();
        run Desk(0);
        run Desk(1);
        run Desk(2);
        run Participant(0);
        run Participant(1);
        run Participant(2)
    }
}
