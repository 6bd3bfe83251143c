// The process around the participant: its options, its gRPC client, and the HTTP interface for its users.
//
//   PUT /notes/KEY      with the header unanimous-transaction-id: writes the body as a note within that transaction
//   GET /notes/KEY      the note, as committed
//   GET /transactions   those that have work here

import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { BranchFile } from './branch-file.js';
import { Participant, Refused } from './participant.js';

const HEADER = 'unanimous-transaction-id';
const TRANSACTION_ID = /^[a-z0-9-]{1,64}$/;
const VALUE_BYTES_MAX = 64 * 1024;
const NOTE = /^\/notes\/([A-Za-z0-9._-]{1,64})$/;

function connectTo(target, protoDirectory) {
  const definition = protoLoader.loadSync('unanimous/v1/participant_service.proto', {
    includeDirs: [protoDirectory],
    keepCase: true,
    longs: String, // Epochs and log numbers are 64 bits wide, more than a JavaScript number holds.
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const { ParticipantService } = grpc.loadPackageDefinition(definition).unanimous.v1;
  return new ParticipantService(target, grpc.credentials.createInsecure(), { 'grpc.enable_retries': 0 });
}

async function answer(request, participant) {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (request.method === 'GET' && path === '/transactions') {
    return [200, { connected: participant.connected, ...participant.transactions() }];
  }
  const key = path.match(NOTE)?.[1];
  if (key && request.method === 'GET') {
    const value = participant.read(key);
    return value === undefined ? [404, { error: `no note ${key}` }] : [200, { value }];
  }
  if (key && request.method === 'PUT') {
    const transactionId = request.headers[HEADER] ?? '';
    if (!TRANSACTION_ID.test(transactionId)) return [400, { error: `the header ${HEADER} is missing or malformed` }];
    await participant.write(transactionId, key, await bodyOf(request));
    return [200, { written: key }];
  }
  return [404, { error: 'there are PUT and GET /notes/KEY and GET /transactions' }];
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > VALUE_BYTES_MAX) throw new Refused(413, `a note has at most ${VALUE_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const { values: options } = parseArgs({
  options: {
    coordinator: { type: 'string', default: 'localhost:7400' },
    file: { type: 'string', default: 'notes.log' },
    resource: { type: 'string', default: 'notes' },
    port: { type: 'string', default: '0' },
    proto: { type: 'string', default: fileURLToPath(new URL('../../../proto/src/main/proto', import.meta.url)) },
  },
});
const participant = new Participant({
  client: connectTo(options.coordinator, options.proto),
  file: new BranchFile(options.file),
  resource: options.resource,
});
participant.start();

const server = http.createServer(async (request, response) => {
  let [status, body] = [500, {}];
  try {
    [status, body] = await answer(request, participant);
  } catch (error) {
    [status, body] = [error instanceof Refused ? error.status : 500, { error: error.message }];
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
});
server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`bare-participant: resource ${options.resource} at http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    participant.stop();
    participant.client.close();
    participant.file.close();
    server.close();
    server.closeAllConnections();
  });
}
