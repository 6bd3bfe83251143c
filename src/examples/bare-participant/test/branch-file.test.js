import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { BranchFile, ENDED_MAX } from '../branch-file.js';

const work = [['greeting', 'hello']];

function inDirectory(body) {
  return () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'branch-file-'));
    try {
      body(path.join(directory, 'notes.log'));
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  };
}

function written(name, ...batches) {
  const file = new BranchFile(name);
  for (const batch of batches) {
    batch.forEach((record) => file.append(record));
    file.sync();
  }
  file.close();
}

test('what was synced is there after a restart', inDirectory((name) => {
  written(
    name,
    [{ is: 'prepared', id: 'a', work }, { is: 'prepared', id: 'b', work: [['other', 'x']] }],
    [{ is: 'committed', id: 'a' }, { is: 'position', of: 'c/0', position: { epoch: '7' } }],
    [{ is: 'rolledBack', id: 'd' }, { is: 'committed', id: 'e', work: [['in one', 'phase']] }],
  );
  for (let life = 0; life < 2; life++) { // The second life reads what the first one rewrote.
    const file = new BranchFile(name);
    assert.deepEqual([...file.notes], [['greeting', 'hello'], ['in one', 'phase']]);
    assert.deepEqual([...file.prepared], [['b', new Map([['other', 'x']])]]);
    assert.deepEqual([...file.ended], [['a', 'committed'], ['d', 'rolledBack'], ['e', 'committed']]);
    assert.deepEqual(file.positions.get('c/0'), { epoch: '7' });
    file.close();
  }
}));

test('a last line cut at any byte is as if it had never been written', inDirectory((name) => {
  written(name, [{ is: 'prepared', id: 'a', work }]);
  const before = fs.readFileSync(name);
  const file = new BranchFile(name);
  const start = fs.statSync(name).size;
  file.append({ is: 'committed', id: 'a' });
  file.sync();
  file.close();
  const whole = fs.readFileSync(name);
  assert.ok(before.length > 0 && whole.length > start);
  for (let size = start; size < whole.length; size++) {
    fs.writeFileSync(name, whole.subarray(0, size));
    const cut = new BranchFile(name);
    assert.ok(cut.prepared.has('a') && !cut.ended.has('a'), `cut at ${size}`);
    cut.close();
  }
}));

test('damage before the last line is refused, and the file is left as it is', inDirectory((name) => {
  written(name, [{ is: 'prepared', id: 'a', work }]);
  const file = new BranchFile(name);
  file.append({ is: 'committed', id: 'a' });
  file.sync();
  file.close();
  const bytes = fs.readFileSync(name);
  bytes[30] ^= 1;
  fs.writeFileSync(name, bytes);
  assert.throws(() => new BranchFile(name), /notes\.log:1 is damaged/);
  assert.deepEqual(fs.readFileSync(name), bytes);
}));

test('a record of a newer version is refused', inDirectory((name) => {
  assert.throws(() => written(name, [{ is: 'invented later', id: 'a' }]), /written by a newer version/);
}));

test('the ended branches that are remembered are bounded, the oldest going first', inDirectory((name) => {
  const file = new BranchFile(name);
  for (let i = 0; i <= ENDED_MAX; i++) file.append({ is: 'rolledBack', id: `t${i}` });
  file.sync();
  assert.equal(file.ended.size, ENDED_MAX);
  assert.ok(!file.ended.has('t0') && file.ended.has(`t${ENDED_MAX}`));
  file.close();
}));
