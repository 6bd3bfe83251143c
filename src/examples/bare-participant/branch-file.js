// The durable memory of a participant: one file, to which batches of records are appended and synced.
//
// A line of the file is one batch: "<checksum> <JSON array of records>\n". A line is written and synced as a whole, and
// nothing that it says is told to anybody before the sync has returned. So a last line that is torn was never told, and
// is dropped; a bad line anywhere else is damage, and then nothing in the file can be trusted.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** How many ended branches are remembered, so that a repeated or late command gets the right answer. */
export const ENDED_MAX = 10_000;
/** The file is rewritten with what still matters when it has grown by this many batches. */
export const BATCHES_MAX = 50_000;

const checksum = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * What the participant must not forget:
 *
 *  - notes:     the data itself, key -> value, as committed;
 *  - prepared:  branches that promised to be able to commit and to roll back, with their work, key -> value;
 *  - ended:     branches that committed or rolled back, the newest ENDED_MAX of them;
 *  - positions: the highest place in each coordinator's log that was ever shown to us.
 *
 * Only `append` changes them, in normal work and in replay alike. Any error from the disk is thrown and must end the
 * process: after a failed sync nobody knows what is on the disk, and a second sync that succeeds proves nothing.
 */
export class BranchFile {
  notes = new Map();
  prepared = new Map();
  ended = new Map();
  positions = new Map();
  #batch = [];
  #batches = 0;

  /** Opens or creates the file. One process at a time may have it open. */
  constructor(name) {
    this.name = name;
    this.#replay();
    this.#rewrite();
  }

  /** Takes a record into memory and into the batch that the next `sync` makes durable. */
  append(record) {
    this.#batch.push(record);
    this.#apply(record);
  }

  /** Makes everything appended so far durable. Only then may a vote or an acknowledgement leave the process. */
  sync() {
    if (this.#batch.length === 0) return;
    this.#write(this.fd, this.#batch);
    fs.fsyncSync(this.fd);
    this.#batch = [];
    if (++this.#batches >= BATCHES_MAX) this.#rewrite();
  }

  close() {
    this.sync();
    fs.closeSync(this.fd);
  }

  #apply(record) {
    switch (record.is) {
      case 'prepared':
        this.prepared.set(record.id, new Map(record.work));
        break;
      case 'committed': {
        // A branch that commits in one phase was never prepared: its record brings its work along.
        const work = this.prepared.get(record.id) ?? record.work;
        for (const [key, value] of work) this.notes.set(key, value);
        this.#end(record);
        break;
      }
      case 'rolledBack':
      case 'ended':
        this.#end(record);
        break;
      case 'note':
        this.notes.set(record.key, record.value);
        break;
      case 'position':
        this.positions.set(record.of, record.position);
        break;
      default:
        throw new Error(`${this.name}: a record of an unknown kind, "${record.is}": written by a newer version?`);
    }
  }

  #end(record) {
    this.prepared.delete(record.id);
    this.ended.delete(record.id); // Set anew, it becomes the newest.
    this.ended.set(record.id, record.as ?? record.is);
    if (this.ended.size > ENDED_MAX) this.ended.delete(this.ended.keys().next().value);
  }

  #replay() {
    if (!fs.existsSync(this.name)) return;
    const lines = fs.readFileSync(this.name, 'utf8').split('\n');
    const tail = lines.pop(); // Empty, or what a crash left of a line whose sync never returned.
    lines.forEach((line, index) => {
      const [sum, json] = [line.slice(0, 16), line.slice(17)];
      if (sum === checksum(json)) JSON.parse(json).forEach((record) => this.#apply(record));
      else if (index < lines.length - 1 || tail !== '') {
        throw new Error(`${this.name}:${index + 1} is damaged: restore the file, nothing was changed`);
      }
    });
  }

  // What was read may so far be in the page cache alone, as a killed process leaves it. Written to a new file and
  // synced, it can be relied upon; the rename is durable only when the directory is synced too.
  #rewrite() {
    const next = `${this.name}.next`;
    const fd = fs.openSync(next, 'w');
    this.#write(fd, [
      ...[...this.positions].map(([of, position]) => ({ is: 'position', of, position })),
      ...[...this.notes].map(([key, value]) => ({ is: 'note', key, value })),
      ...[...this.ended].map(([id, as]) => ({ is: 'ended', id, as })),
      ...[...this.prepared].map(([id, work]) => ({ is: 'prepared', id, work: [...work] })),
    ]);
    fs.fsyncSync(fd);
    fs.renameSync(next, this.name);
    const directory = fs.openSync(path.dirname(path.resolve(this.name)), 'r');
    fs.fsyncSync(directory);
    fs.closeSync(directory);
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.fd = fd;
    this.#batches = 0;
  }

  #write(fd, records) {
    const json = JSON.stringify(records);
    const line = Buffer.from(`${checksum(json)} ${json}\n`);
    for (let written = 0; written < line.length; ) {
      written += fs.writeSync(fd, line, written);
    }
  }
}
