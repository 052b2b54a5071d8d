// graphql-ws: a budget as it changes, over a WebSocket that speaks `graphql-transport-ws`.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { authorization, done, endpoint, fail, say, scene, socket, token } from './lib.mjs';

// What is watched, an operation that changes it, and how much it has before and after.
const { node, operation, before, after } = scene();

const CHANGES = `subscription Changes($node: ID!) {
  budgetChanged(node: $node) {
    nodeId
    budget { opened { amount currency } allocated { amount } remainingToPay { amount } }
  }
}`;

/** A client that connects once, and how its connection ended. */
function connect(connectionParams) {
  let closed;
  const closing = new Promise((resolve) => (closed = resolve));
  const client = createClient({
    url: socket,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    on: { closed },
  });
  return { client, closing };
}

/** What comes of a promise, if it comes in time. */
async function within(promise, what) {
  const late = new AbortController();
  const limit = sleep(15_000, undefined, { signal: late.signal }).then(() => fail(`waited too long for ${what}`));
  try {
    return await Promise.race([promise, limit]);
  } finally {
    limit.catch(() => {});
    late.abort();
  }
}

async function next(events, what) {
  const { value, done: over } = await within(events.next(), what);
  assert.equal(over, false, `the subscription ended before ${what}`);
  assert.equal(value.errors, undefined, `${what} came with ${JSON.stringify(value.errors)}`);
  assert.equal(value.data.budgetChanged.nodeId, node);
  return value.data.budgetChanged.budget;
}

/** Why an operation over the socket was refused: the code of the connection's end, or those of its errors. */
async function refusal({ client }, payload, what) {
  try {
    const { value, done: over } = await within(client.iterate(payload).next(), what);
    // Errors may also come as a response, without any data: what was asked for is null.
    const nothing = Object.values(value?.data ?? {}).every((field) => field === null);
    if (!over && value.errors && nothing) return value.errors.map(({ extensions }) => extensions.code);
    return fail(`${what} was to be refused and brought ${JSON.stringify(value)}`);
  } catch (reason) {
    if (Array.isArray(reason)) return reason.map(({ extensions }) => extensions?.code);
    if (typeof reason.code === 'number') return [reason.code];
    throw reason;
  }
}

async function change() {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(token) },
    body: JSON.stringify(operation),
  });
  const { data, errors } = await response.json();
  const refusals = Object.values(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
  if (errors || refusals.length > 0) fail(`the operation is refused: ${JSON.stringify(errors ?? refusals)}`);
}

async function watchTheBudget() {
  const { client, closing } = connect(authorization(token));
  const events = client.iterate({ query: CHANGES, variables: { node } });
  const present = await next(events, 'the present budget');
  assert.deepEqual(present.opened, { amount: before, currency: 'EUR' });
  say(`subscribed, and was told that ${present.opened.amount} is there now`);

  const changed = next(events, 'the budget after the operation');
  await change();
  assert.equal((await changed).opened.amount, after);
  say(`was told of ${after} once it was there`);

  await events.return();
  const { code, wasClean } = await within(closing, 'the end of the connection');
  assert.deepEqual({ code, wasClean }, { code: 1000, wasClean: true });
}

/** Two subscriptions share a connection; one that ends leaves the other alone. */
async function watchTwice() {
  const { client } = connect(authorization(token));
  const [one, other] = [0, 1].map(() => client.iterate({ query: CHANGES, variables: { node } }));
  await next(one, 'the first present budget');
  await next(other, 'the second present budget');
  await one.return();
  const third = client.iterate({ query: CHANGES, variables: { node } });
  assert.equal((await next(third, 'the third present budget')).opened.amount, after);
  await client.dispose();
  say('watched twice over one connection');
}

async function askOtherThings() {
  for (const query of ['{ __typename }', 'mutation { __typename }']) {
    const connection = connect(authorization(token));
    const codes = await refusal(connection, { query }, query);
    assert.ok(codes.every((code) => [4400, 'BAD_USER_INPUT'].includes(code)), `${query}: ${codes}`);
    await connection.client.dispose();
  }
  const codes = await refusal(connect(authorization(token)), { query: 'subscription { nothing }' }, 'nonsense');
  assert.deepEqual(codes, ['BAD_USER_INPUT']);
  const nowhere = { query: CHANGES, variables: { node: 'nonsense' } };
  assert.deepEqual(await refusal(connect(authorization(token)), nowhere, 'nowhere'), ['NOT_FOUND']);
  say('was refused a query, a mutation, nonsense, and the budget of nothing');
}

async function comeAsSomebodyElse() {
  const payload = { query: CHANGES, variables: { node } };
  const forged = connect(authorization('forged'));
  assert.deepEqual(await refusal(forged, payload, 'a forged token'), [4403]);
  assert.equal((await within(forged.closing, 'the end of the connection')).code, 4403);
  const codes = await refusal(connect(undefined), payload, 'nobody');
  assert.ok(codes.length > 0 && codes.every((code) => [4401, 4403, 'UNAUTHENTICATED'].includes(code)), `${codes}`);
  say(`was turned away with a forged token by 4403, and without a token by ${codes}`);
}

await watchTheBudget();
await watchTwice();
await askOtherThings();
await comeAsSomebodyElse();
done();
