// A coordinator without a mind: it says what a test tells it to, and hands over what it hears. It shows the wire.

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

export const PROTO = fileURLToPath(new URL('../../../../proto/src/main/proto', import.meta.url));
const HEARD_WITHIN_MS = 10_000;

const definition = protoLoader.loadSync('unanimous/v1/participant_service.proto', {
  includeDirs: [PROTO],
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});
const service = grpc.loadPackageDefinition(definition).unanimous.v1.ParticipantService.service;

/** One stream from a participant, after its Hello. */
class Stream {
  #call;
  #heard = [];
  #waiting = [];

  constructor(call) {
    this.#call = call;
    call.on('data', ({ messages }) => messages.forEach((message) => this.#hear(message)));
    call.on('error', () => {});
    call.on('end', () => call.end());
    this.closed = once(call, 'close').catch(() => {});
  }

  #hear(message) {
    const at = this.#waiting.findIndex(({ wanted }) => wanted(message));
    if (at >= 0) this.#waiting.splice(at, 1)[0].resolve(message);
    else this.#heard.push(message);
  }

  #next(what, wanted) {
    const at = this.#heard.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#heard.splice(at, 1)[0]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the participant never sent ${what}`)), HEARD_WITHIN_MS);
      this.#waiting.push({
        wanted,
        resolve: (message) => {
          clearTimeout(timer);
          resolve(message);
        },
      });
    });
  }

  /** The next message of a kind: 'hello', 'enlist', 'vote', 'ack', 'heartbeat'. Others stay for later. */
  async next(kind) {
    return (await this.#next(kind, ({ message }) => message === kind))[kind];
  }

  /** The next report of a kind: 'SCAN', 'LIVE'. */
  async report(kind) {
    const wanted = ({ inquire }) => inquire?.kind === `INQUIRY_KIND_${kind}`;
    return (await this.#next(`a report ${kind}`, wanted)).inquire;
  }

  /** Sends messages in one frame, such as { prepare: { ... } }. */
  send(...messages) {
    this.#call.write({ messages });
  }

  /** Ends the stream, as a coordinator that stops does. */
  end() {
    this.#call.end();
  }
}

export class FakeCoordinator {
  #streams = [];
  #waiting = [];
  #server = new grpc.Server();

  static async start(port = 0) {
    const coordinator = new FakeCoordinator();
    coordinator.#server.addService(service, { Connect: (call) => coordinator.#connected(new Stream(call)) });
    coordinator.port = await new Promise((resolve, reject) => {
      const bound = (error, actual) => (error ? reject(error) : resolve(actual));
      coordinator.#server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), bound);
    });
    return coordinator;
  }

  #connected(stream) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(stream);
    else this.#streams.push(stream);
  }

  /** Takes the next stream, answers its Hello, and returns both. */
  async accept(position) {
    const stream = this.#streams.shift() ?? (await new Promise((resolve) => this.#waiting.push(resolve)));
    const hello = await stream.next('hello');
    stream.send({ welcome: { position, heartbeat_ms: 2_000, prepare_timeout_ms: 10_000 } });
    return { stream, hello };
  }

  stop() {
    this.#server.forceShutdown();
  }
}
