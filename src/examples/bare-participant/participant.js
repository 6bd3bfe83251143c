// A participant of Unanimous with nothing but a gRPC library and the .proto files: the model for other languages.
//
// It keeps notes, key -> value. A note written within a transaction is seen by nobody before the transaction commits.
// What a participant owes the protocol is marked "Duty" below, and that is all of it:
//
//   1. Work counts only when the coordinator has confirmed the enlistment.
//   2. A vote of PREPARED leaves only when the branch is on disk, whole. It cannot be taken back.
//   3. A prepared branch ends by the coordinator's word alone, whatever time that takes.
//   4. Every command may come twice, late, or after a restart. The answer is the same each time.
//   5. After every connect, and from time to time: ask about everything that is prepared.
//   6. A message with a lower epoch than was seen before comes from a coordinator that has a successor. Ignore it.
//   7. Keep the coordinator's log position on disk before executing a commit, and show it at every connect: should
//      the coordinator's store ever be replaced by an older copy, this is what tells.
//
// Everything runs on one thread. A frame is taken, written to disk and answered in one turn of the event loop.

import { randomBytes } from 'node:crypto';

const LIVE_MAX = 10_000; // Branches in work at one time; more are refused.
const INQUIRE_MAX = 1_000; // Branches in one Inquire; the protocol allows 1,024, and frames of 256 KiB.
const ENLIST_TIMEOUT_MS = 10_000;
const WELCOME_TIMEOUT_MS = 5_000;
const SCAN_EVERY_MS = 10_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
const OVERLOADED = 8; // google.rpc.Code RESOURCE_EXHAUSTED

const log = (text) => console.error(`${new Date().toISOString()} ${text}`);
const fullJitter = (ms) => Math.random() * ms;
const idOf = ({ transaction_id, branch }) => `${transaction_id} ${branch}`;

/** Work that was not taken into its transaction; `status` is the HTTP status that says so. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The notes, and their side of the protocol: `client` is a gRPC ParticipantService, `file` a BranchFile. */
export class Participant {
  // One life of this process. The coordinator sends Prepare to this incarnation alone: a new one has lost the work.
  #incarnation = randomBytes(8).toString('hex');
  // Branches that are not prepared, by id: { branch, work, state: 'enlisting' | 'enlisted' }. A crash loses them, as
  // it may: no vote was given.
  #live = new Map();
  #stream = null;
  #position = null; // The highest seen of this stream's coordinator; null until it has sent Welcome.
  #heardMs = 0;
  #reports = 0;
  #failures = 0;
  #timers = new Set();
  #stopped = false;

  constructor({ client, file, resource }) {
    this.client = client;
    this.file = file;
    this.resource = resource;
  }

  // ---- For the application ----------------------------------------------------------------------------------------

  get connected() {
    return this.#position !== null;
  }

  /** A note as committed. */
  read(key) {
    return this.file.notes.get(key);
  }

  /** Which transactions have work here, for operators and tests. */
  transactions() {
    const enlisted = [...this.#live.values()].filter(({ state }) => state === 'enlisted').map(({ branch }) => branch);
    const ids = (branches) => branches.map(({ transaction_id }) => transaction_id);
    return { enlisted: ids(enlisted), prepared: ids(this.#prepared()) };
  }

  /** Writes a note within a transaction. Resolves when it is part of it; else rejects with Refused, nothing written. */
  async write(transactionId, key, value) {
    const branch = { transaction_id: transactionId, branch: `${this.resource}/${this.#incarnation}` };
    const id = idOf(branch);
    if (!this.connected) throw new Refused(503, 'not connected to the coordinator');
    // Duty 4. Work that comes after its transaction's end, say because a rollback overtook it, must not start anew.
    if (this.file.ended.has(id)) throw new Refused(409, 'the transaction has ended');
    if (this.file.prepared.has(id)) throw new Refused(409, 'the transaction is being committed');
    const holder = this.#holderOf(key);
    if (holder && holder !== id) throw new Refused(409, `${key} is locked by another transaction`);

    const known = this.#live.get(id);
    if (known?.state === 'enlisting') throw new Refused(409, 'another request of this transaction is under way');
    if (known) {
      known.work.set(key, value); // More work of one transaction joins its branch.
      return;
    }
    if (this.#live.size >= LIVE_MAX) throw new Refused(503, 'too many transactions in work');

    // Duty 1. The caller must not hear "written", and so cannot commit, before the coordinator knows of the branch.
    await new Promise((resolve, reject) => {
      const entry = { branch, work: new Map([[key, value]]), state: 'enlisting' };
      const timer = setTimeout(() => entry.fail(new Refused(503, 'the coordinator did not answer')), ENLIST_TIMEOUT_MS);
      entry.confirm = () => {
        clearTimeout(timer);
        entry.state = 'enlisted';
        resolve();
      };
      entry.fail = (refused) => {
        clearTimeout(timer);
        this.#live.delete(id);
        reject(refused);
      };
      this.#live.set(id, entry);
      this.#send([{ enlist: { branch } }]);
    });
  }

  #holderOf(key) {
    for (const [id, work] of this.file.prepared) if (work.has(key)) return id;
    for (const [id, { work }] of this.#live) if (work.has(key)) return id;
    return undefined;
  }

  // ---- The protocol -----------------------------------------------------------------------------------------------

  #enlisted({ branch, refusal }) {
    const entry = this.#live.get(idOf(branch));
    if (entry?.state !== 'enlisting') return;
    if (refusal) {
      entry.fail(new Refused(refusal.code === OVERLOADED ? 503 : 409, `${refusal.reason}: ${refusal.message}`));
    } else {
      entry.confirm();
    }
  }

  // Duties 2 and 4. A branch that is prepared already, by an earlier delivery, gives the same vote again. One that is
  // not known, be it from before a crash or rolled back since, is refused.
  #vote({ branch, epoch, attempt }) {
    const id = idOf(branch);
    const cast = (vote, reason = '') => ({ vote: { branch, epoch, attempt, vote, reason } });
    if (this.file.prepared.has(id)) return cast('VOTE_PREPARED');
    const entry = this.#live.get(id);
    if (entry?.state !== 'enlisted') return cast('VOTE_REFUSED', this.file.ended.get(id) ?? 'not known here');
    // A participant with rules that can be checked only at the end, such as limits on a sum, checks them here.
    this.file.append({ is: 'prepared', id, work: [...entry.work] });
    this.#live.delete(id);
    return cast('VOTE_PREPARED');
  }

  #commit({ branch, epoch, attempt, one_phase }) {
    const id = idOf(branch);
    const command = one_phase ? 'COMMAND_COMMIT_ONE_PHASE' : 'COMMAND_COMMIT';
    const ack = (result, detail = '') => ({ ack: { branch, epoch, attempt, command, result, detail } });
    const entry = one_phase ? this.#live.get(id) : undefined;
    if (this.file.prepared.has(id) || entry) {
      // Duty 7 is done: #current put the position into this batch, so no commit is on disk without it.
      this.file.append({ is: 'committed', id, work: entry && [...entry.work] });
      this.#live.delete(id);
      return ack('ACK_RESULT_DONE');
    }
    switch (this.file.ended.get(id)) {
      case 'committed':
        return ack('ACK_RESULT_DONE'); // Duty 4.
      case 'rolledBack':
        log(`ALARM: ${id} was rolled back here, and is now to be committed`);
        return ack(one_phase ? 'ACK_RESULT_ROLLED_BACK' : 'ACK_RESULT_HEURISTIC_ROLLED_BACK', 'rolled back before');
      default:
        if (one_phase) return ack('ACK_RESULT_ROLLED_BACK', 'not known here');
        // Not prepared, and not among the ended ones that are remembered. Never call done what nobody can vouch for.
        log(`ALARM: ${id} is to be committed, and is not known here`);
        return ack('ACK_RESULT_HEURISTIC_HAZARD', 'not known here');
    }
  }

  #rollback({ branch, epoch, attempt }) {
    const id = idOf(branch);
    const command = 'COMMAND_ROLLBACK';
    const ack = (result, detail = '') => ({ ack: { branch, epoch, attempt, command, result, detail } });
    if (this.file.ended.get(id) === 'committed') {
      log(`ALARM: ${id} was committed here, and is now to be rolled back`);
      return ack('ACK_RESULT_HEURISTIC_COMMITTED', 'committed before');
    }
    const entry = this.#live.get(id);
    if (entry?.state === 'enlisting') entry.fail(new Refused(409, 'the transaction was rolled back'));
    this.#live.delete(id);
    // Duty 4. Also for a branch never seen: what is remembered refuses its work, should that arrive after its rollback.
    if (!this.file.ended.has(id)) this.file.append({ is: 'rolledBack', id });
    return ack('ACK_RESULT_DONE');
  }

  // Duty 3. Of all the answers to a question only two end a branch; on the others it stays as it is.
  #told(outcome) {
    switch (outcome.answer) {
      case 'BRANCH_ANSWER_COMMIT':
        return [this.#commit(outcome)];
      case 'BRANCH_ANSWER_ROLLBACK':
        return [this.#rollback(outcome)];
      case 'BRANCH_ANSWER_SCAN_AGAIN':
        return this.#ask('INQUIRY_KIND_SCAN', this.#prepared());
      case 'BRANCH_ANSWER_LEAVE':
        log(`ALARM: ${idOf(outcome.branch)} stays prepared and needs an operator: ${outcome.detail}`);
        return [];
      default:
        return []; // IN_PROGRESS: we shall be told, and ask again.
    }
  }

  // Duty 5. A report may take several messages, and only the last of them says that it is complete.
  #ask(kind, branches) {
    const report_id = ++this.#reports;
    const messages = [];
    let from = 0;
    do {
      const page = branches.slice(from, (from += INQUIRE_MAX));
      const report = { resource: this.resource, kind, report_id, as_of: this.#position };
      messages.push({ inquire: { ...report, branches: page, last: from >= branches.length } });
    } while (from < branches.length);
    return messages;
  }

  #prepared() {
    return [...this.file.prepared.keys()].map((id) => {
      const [transaction_id, branch] = id.split(' ');
      return { transaction_id, branch };
    });
  }

  // Duties 6 and 7. A higher position goes to disk with this frame's batch, and so before anything that the frame
  // leads to is told. False: the epoch is lower than one that was seen.
  #seen(position) {
    const of = `${position.coordinator}/${position.partition}`;
    const highest = this.file.positions.get(of);
    const [epoch, number] = [BigInt(position.epoch), BigInt(position.log_number)];
    if (highest && epoch < BigInt(highest.epoch)) return false;
    if (!highest || epoch > BigInt(highest.epoch) || number > BigInt(highest.log_number)) {
      this.file.append({ is: 'position', of, position });
    }
    this.#position = this.file.positions.get(of);
    return true;
  }

  // Commands carry their epoch, and most of them a log number; the rest of the position is the stream's.
  #current({ branch, epoch, log_number = '0' }) {
    if (this.#seen({ ...this.#position, epoch, log_number })) return true;
    log(`ignored a message about ${idOf(branch)} of epoch ${epoch}: epoch ${this.#position.epoch} was seen`);
    return false;
  }

  // ---- The stream -------------------------------------------------------------------------------------------------

  /** Connects, and keeps connecting until `stop`. */
  start() {
    const stream = this.client.Connect();
    this.#stream = stream;
    stream.on('data', (frame) => stream === this.#stream && this.#receive(frame.messages));
    stream.on('status', ({ code, details }) => this.#lost(stream, `status ${code} ${details}`));
    stream.on('error', () => {}); // Told by 'status' too.
    const hello = {
      protocol_version: 1,
      participant: `bare-participant ${this.resource}`,
      incarnation: this.#incarnation,
      resources: [{ name: this.resource }],
      seen: [...this.file.positions.values()], // Duty 7.
    };
    this.#send([{ hello }]);
    this.#after(WELCOME_TIMEOUT_MS, () => this.connected || this.#lost(stream, 'no Welcome came'));
  }

  /** Lets go of the coordinator. What is prepared stays prepared, for the next life of this process. */
  stop() {
    this.#stopped = true;
    this.#lost(this.#stream, 'stopping');
    this.#timers.forEach(clearTimeout);
  }

  #welcomed({ position, heartbeat_ms }) {
    if (!this.#seen(position)) {
      this.#lost(this.#stream, `epoch ${position.epoch} of ${position.coordinator} has a successor`);
      return [];
    }
    log(`connected to ${position.coordinator}, epoch ${position.epoch}`);
    this.#failures = 0;
    const beatMs = Number(heartbeat_ms) / 2;
    const beat = () => {
      if (Date.now() - this.#heardMs > 8 * beatMs) return this.#lost(this.#stream, 'the coordinator is silent');
      this.#send([{ heartbeat: {} }]);
      return this.#after(beatMs, beat);
    };
    this.#after(beatMs, beat);
    const scan = () => {
      this.#send(this.#ask('INQUIRY_KIND_SCAN', this.#prepared()));
      this.#after(SCAN_EVERY_MS / 2 + fullJitter(SCAN_EVERY_MS), scan);
    };
    this.#after(SCAN_EVERY_MS / 2 + fullJitter(SCAN_EVERY_MS), scan);
    const live = [...this.#live.values()].map(({ branch }) => branch);
    const preparedInThisLife = this.#prepared().filter(({ branch }) => branch.endsWith(this.#incarnation));
    return [
      ...this.#ask('INQUIRY_KIND_LIVE', [...live, ...preparedInThisLife]),
      ...this.#ask('INQUIRY_KIND_SCAN', this.#prepared()),
    ];
  }

  // One frame in, one batch to disk and one sync, one frame of answers out.
  #receive(messages) {
    this.#heardMs = Date.now();
    const stream = this.#stream;
    const answers = messages.flatMap((message) => this.#answer(message.message, message[message.message]));
    this.file.sync(); // Throws, and so ends the process, when the disk fails: then nothing of this may be told.
    if (stream === this.#stream) this.#send(answers);
  }

  #answer(kind, body) {
    if (kind === 'welcome') return this.#welcomed(body);
    if (!this.connected) return []; // Nothing counts before Welcome.
    switch (kind) {
      case 'enlisted':
        this.#enlisted(body);
        return [];
      case 'prepare':
        return this.#current(body) ? [this.#vote(body)] : [];
      case 'commit':
        return this.#current(body) ? [this.#commit(body)] : [];
      case 'rollback':
        return this.#current(body) ? [this.#rollback(body)] : [];
      case 'outcome':
        return this.#current(body) ? this.#told(body) : [];
      case 'forget': {
        // Heuristic outcomes are reported here only for branches of which nothing is left: there is nothing to forget.
        const { branch, epoch, attempt } = body;
        return [{ ack: { branch, epoch, attempt, command: 'COMMAND_FORGET', result: 'ACK_RESULT_DONE' } }];
      }
      case 'heartbeat':
        if (body.position) this.#seen(body.position);
        return [];
      default:
        return []; // Drain: the stream ends by itself. Anything newer than this code: not for us.
    }
  }

  #lost(stream, why) {
    if (stream !== this.#stream || stream === null) return; // An older stream: its work went on with its successor.
    this.#stream = null;
    this.#position = null;
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    stream.cancel();
    // Whether the coordinator took an unanswered enlistment is not known. To drop its work is safe in either case: a
    // Prepare for it will be refused.
    for (const entry of [...this.#live.values()]) {
      if (entry.state === 'enlisting') entry.fail(new Refused(503, 'the connection to the coordinator was lost'));
    }
    if (this.#stopped) return;
    log(`not connected: ${why}`);
    const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#after(fullJitter(backoffMs), () => this.start());
  }

  // An Inquire may be large, and goes in a frame of its own.
  #send(messages) {
    const small = messages.filter((message) => !message.inquire);
    if (small.length > 0) this.#stream.write({ messages: small });
    for (const inquire of messages.filter((message) => message.inquire)) this.#stream.write({ messages: [inquire] });
  }

  // Timers belong to the stream, and end with it.
  #after(ms, task) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, ms);
    this.#timers.add(timer);
  }
}
