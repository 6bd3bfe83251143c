// The participant as a process of its own, against a scripted coordinator: what it says, and what is left after -9.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FakeCoordinator } from './fake-coordinator.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const STORE = '6f1c2f0e-8f7e-4b52-9d55-0b7c4f1f3a10';
const T1 = '3f3g5w28v2ay4apnct1p65yf8g-00-0000000001-000000-0000000001-0';
const T2 = '3f3g5w28v2ay4apnct1p65yf8g-00-0000000001-000000-0000000002-0';

const position = (epoch, log_number) => ({ coordinator: STORE, partition: 0, epoch, epoch_nonce: 99, log_number });

let directory;
let coordinator;
let processes;

beforeEach(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bare-participant-'));
  coordinator = await FakeCoordinator.start();
  processes = [];
});

afterEach(async () => {
  await Promise.all(processes.map((running) => running.kill()));
  coordinator.stop();
  fs.rmSync(directory, { recursive: true });
});

/** Starts the participant on the test's file, and takes its stream. */
async function start(at = position(5, 100)) {
  const args = [MAIN, '--coordinator', `127.0.0.1:${coordinator.port}`, '--file', path.join(directory, 'notes.log')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const running = {
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
  processes.push(running);
  const [line] = await once(createInterface(child.stdout), 'line');
  const url = line.match(/http:\S+/)[0];
  const accepted = await coordinator.accept(at);
  await accepted.stream.report('LIVE');
  const scan = await accepted.stream.report('SCAN');
  return {
    ...running,
    ...accepted,
    scan,
    put: async (transaction, key, value) =>
      (await fetch(`${url}/notes/${key}`, { method: 'PUT', headers: { 'unanimous-transaction-id': transaction }, body: value })).status,
    get: async (key) => (await (await fetch(`${url}/notes/${key}`)).json()).value,
    transactions: async () => (await fetch(`${url}/transactions`)).json(),
  };
}

/** Writes a note, confirms the enlistment, and gives the branch. */
async function enlisted({ put, stream }, transaction, key, value) {
  const status = put(transaction, key, value);
  const { branch } = await stream.next('enlist');
  assert.equal(branch.transaction_id, transaction);
  assert.match(branch.branch, /^notes\/[a-z0-9]{1,16}$/);
  stream.send({ enlisted: { branch, epoch: 5 } });
  assert.equal(await status, 200);
  return branch;
}

async function prepared(participant, transaction, key, value) {
  const branch = await enlisted(participant, transaction, key, value);
  participant.stream.send({ prepare: { branch, epoch: 5, attempt: 1, log_number: 101 } });
  assert.equal((await participant.stream.next('vote')).vote, 'VOTE_PREPARED');
  return branch;
}

test('a note is seen when its transaction commits, and not before', async () => {
  const participant = await start();
  const { stream, get } = participant;
  const branch = await enlisted(participant, T1, 'greeting', 'hello');
  assert.equal(await get('greeting'), undefined);

  stream.send({ prepare: { branch, epoch: 5, attempt: 1, log_number: 101 } });
  const vote = await stream.next('vote');
  assert.deepEqual(vote, { branch, epoch: '5', attempt: 1, vote: 'VOTE_PREPARED', reason: '' });
  assert.equal(await get('greeting'), undefined);

  stream.send({ commit: { branch, epoch: 5, attempt: 1, log_number: 102 } });
  const ack = await stream.next('ack');
  assert.deepEqual(ack, { branch, epoch: '5', attempt: 1, command: 'COMMAND_COMMIT', result: 'ACK_RESULT_DONE', detail: '' });
  assert.equal(await get('greeting'), 'hello');
});

test('killed after its vote, it asks about the branch, commits it when told, and shows the log position', async () => {
  const first = await start();
  const branch = await prepared(first, T1, 'greeting', 'hello');
  await first.kill();

  const second = await start(position(6, 200));
  assert.deepEqual(second.hello.seen, [position('5', '101')]);
  assert.notEqual(second.hello.incarnation, first.hello.incarnation);
  assert.deepEqual([second.scan.branches, second.scan.last], [[branch], true]);
  assert.equal(second.scan.as_of.log_number, '200');
  second.stream.send({ outcome: { branch, epoch: 6, attempt: 3, log_number: 201, answer: 'BRANCH_ANSWER_COMMIT' } });
  const ack = await second.stream.next('ack');
  assert.deepEqual([ack.command, ack.result, ack.attempt], ['COMMAND_COMMIT', 'ACK_RESULT_DONE', 3]);
  assert.equal(await second.get('greeting'), 'hello');
  await second.kill();

  const third = await start(position(6, 201));
  assert.deepEqual(third.hello.seen, [position('6', '201')]);
  assert.deepEqual(third.scan.branches, []);
  assert.equal(await third.get('greeting'), 'hello');
  third.stream.send({ commit: { branch, epoch: 6, attempt: 4, log_number: 201 } });
  assert.equal((await third.stream.next('ack')).result, 'ACK_RESULT_DONE', 'the acknowledgement was lost: the same again');
});

test('killed before its vote, it has lost the work and says so', async () => {
  const first = await start();
  const branch = await enlisted(first, T1, 'greeting', 'hello');
  await first.kill();

  const second = await start();
  assert.deepEqual(second.scan.branches, []);
  second.stream.send({ prepare: { branch, epoch: 5, attempt: 2, log_number: 101 } });
  assert.equal((await second.stream.next('vote')).vote, 'VOTE_REFUSED');
});

test('told to wait or to leave it, it keeps the branch and its locks', async () => {
  const first = await start();
  const branch = await prepared(first, T1, 'greeting', 'hello');
  await first.kill();
  const { stream, put, transactions, get } = await start();
  for (const answer of ['BRANCH_ANSWER_IN_PROGRESS', 'BRANCH_ANSWER_LEAVE']) {
    stream.send({ outcome: { branch, epoch: 5, attempt: 1, log_number: 101, answer } });
  }
  stream.send({ outcome: { branch, epoch: 5, attempt: 1, log_number: 101, answer: 'BRANCH_ANSWER_SCAN_AGAIN' } });
  assert.deepEqual((await stream.report('SCAN')).branches, [branch]);
  assert.deepEqual((await transactions()).prepared, [T1]);
  assert.equal(await put(T2, 'greeting', 'bye'), 409);
  assert.equal(await get('greeting'), undefined);
});

test('commands that come twice get the same answer twice', async () => {
  const participant = await start();
  const { stream } = participant;
  const branch = await prepared(participant, T1, 'greeting', 'hello');
  stream.send({ prepare: { branch, epoch: 5, attempt: 2, log_number: 101 } });
  assert.equal((await stream.next('vote')).vote, 'VOTE_PREPARED');
  for (const attempt of [1, 2]) {
    stream.send({ commit: { branch, epoch: 5, attempt, log_number: 102 } });
    assert.deepEqual((await stream.next('ack')).result, 'ACK_RESULT_DONE');
  }
});

test('after a rollback neither a late prepare nor late work starts it anew', async () => {
  const participant = await start();
  const { stream, put } = participant;
  const branch = await enlisted(participant, T1, 'greeting', 'hello');
  stream.send({ rollback: { branch, epoch: 5, attempt: 1 } }, { prepare: { branch, epoch: 5, attempt: 1 } });
  assert.equal((await stream.next('ack')).result, 'ACK_RESULT_DONE');
  assert.equal((await stream.next('vote')).vote, 'VOTE_REFUSED');
  assert.equal(await put(T1, 'greeting', 'hello'), 409);

  const unseen = { ...branch, transaction_id: T2 };
  stream.send({ rollback: { branch: unseen, epoch: 5, attempt: 1 } });
  assert.equal((await stream.next('ack')).result, 'ACK_RESULT_DONE');
  assert.equal(await put(T2, 'greeting', 'hello'), 409, 'the work comes after its rollback');
});

test('a contradiction is reported and never carried out', async () => {
  const participant = await start();
  const { stream, get } = participant;
  const rolledBack = await prepared(participant, T1, 'one', '1');
  stream.send({ rollback: { branch: rolledBack, epoch: 5, attempt: 1 } });
  await stream.next('ack');
  stream.send({ commit: { branch: rolledBack, epoch: 5, attempt: 1, log_number: 103 } });
  assert.equal((await stream.next('ack')).result, 'ACK_RESULT_HEURISTIC_ROLLED_BACK');

  const committed = await prepared(participant, T2, 'two', '2');
  stream.send({ commit: { branch: committed, epoch: 5, attempt: 1, log_number: 104 } });
  await stream.next('ack');
  stream.send({ rollback: { branch: committed, epoch: 5, attempt: 1 } });
  assert.equal((await stream.next('ack')).result, 'ACK_RESULT_HEURISTIC_COMMITTED');

  const unknown = { ...committed, branch: 'notes/neverseen' };
  stream.send({ commit: { branch: unknown, epoch: 5, attempt: 1, log_number: 104 } });
  assert.equal((await stream.next('ack')).result, 'ACK_RESULT_HEURISTIC_HAZARD');
  stream.send({ forget: { branch: unknown, epoch: 5, attempt: 1 } });
  assert.equal((await stream.next('ack')).command, 'COMMAND_FORGET');
  assert.deepEqual([await get('one'), await get('two')], [undefined, '2']);
});

test('a message of a lower epoch is ignored, and so is a coordinator that has a successor', async () => {
  const participant = await start();
  const { stream, transactions } = participant;
  const branch = await prepared(participant, T1, 'greeting', 'hello');
  stream.send({ rollback: { branch, epoch: 4, attempt: 1 } }, { commit: { branch, epoch: 4, attempt: 1 } });
  stream.send({ prepare: { branch, epoch: 5, attempt: 2, log_number: 101 } }); // Answered after those, had they counted.
  await stream.next('vote');
  assert.deepEqual((await transactions()).prepared, [T1]);

  stream.end();
  const older = await coordinator.accept(position(4, 900));
  await older.stream.closed;
  const newer = await coordinator.accept(position(5, 101));
  assert.deepEqual((await newer.stream.report('SCAN')).branches, [branch]);
  assert.deepEqual(newer.hello.seen, [position('5', '101')], 'not changed by the older one');
});

test('connected anew, it goes on with the work of its life', async () => {
  const participant = await start();
  const waiting = await enlisted(participant, T1, 'one', '1');
  const voted = await prepared(participant, T2, 'two', '2');
  participant.stream.end();

  const { stream, hello } = await coordinator.accept(position(5, 102));
  assert.equal(hello.incarnation, participant.hello.incarnation);
  assert.deepEqual((await stream.report('LIVE')).branches, [waiting, voted]);
  assert.deepEqual((await stream.report('SCAN')).branches, [voted]);
  stream.send({ prepare: { branch: waiting, epoch: 5, attempt: 2, log_number: 102 } });
  assert.equal((await stream.next('vote')).vote, 'VOTE_PREPARED');
});

test('work that the coordinator refuses, or does not confirm, is undone', async () => {
  const participant = await start();
  const { stream, put } = participant;
  const refused = put(T1, 'greeting', 'hello');
  const { branch } = await stream.next('enlist');
  stream.send({ enlisted: { branch, epoch: 5, refusal: { code: 9, reason: 'TRANSACTION_NOT_ACTIVE', message: 'over' } } });
  assert.equal(await refused, 409);

  const unconfirmed = put(T1, 'greeting', 'hello');
  await stream.next('enlist');
  stream.end();
  assert.equal(await unconfirmed, 503);

  const { stream: next } = await coordinator.accept(position(5, 101));
  next.send({ prepare: { branch, epoch: 5, attempt: 1, log_number: 101 } });
  assert.equal((await next.next('vote')).vote, 'VOTE_REFUSED', 'the coordinator may have taken it');
});

test('two transactions do not write one note, and one transaction may write several', async () => {
  const participant = await start();
  const { stream, put, get } = participant;
  const branch = await enlisted(participant, T1, 'one', '1');
  assert.equal(await put(T2, 'one', '2'), 409);
  assert.equal(await put(T1, 'two', '2'), 200);
  stream.send({ commit: { branch, epoch: 5, attempt: 1, log_number: 101, one_phase: true } });
  const ack = await stream.next('ack');
  assert.deepEqual([ack.command, ack.result], ['COMMAND_COMMIT_ONE_PHASE', 'ACK_RESULT_DONE']);
  assert.deepEqual([await get('one'), await get('two')], ['1', '2']);
});

test('bad requests change nothing', async () => {
  const { put } = await start();
  assert.equal(await put('', 'greeting', 'hello'), 400);
  assert.equal(await put('two words', 'greeting', 'hello'), 400);
  assert.equal(await put(T1, 'a/b', 'hello'), 404);
  assert.equal(await put(T1, 'greeting', 'x'.repeat(64 * 1024 + 1)), 413);
});

test('it says that it is here, and stops when told', async () => {
  const { stream, stop } = await start();
  await stream.next('heartbeat');
  assert.equal(await stop(), 0);
});

test('it stops when told also while there is no coordinator', async () => {
  const { stop } = await start();
  coordinator.stop();
  assert.equal(await stop(), 0);
});
