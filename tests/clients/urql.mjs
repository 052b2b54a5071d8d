// urql, which sends queries by GET and mutations by POST.
import assert from 'node:assert/strict';
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { authorization, done, endpoint, fail, say, scene, token } from './lib.mjs';

const { callId, callCode, fundId, references } = scene();

const PAGE = gql`
  query Page($call: ID!, $count: Int!, $cursor: String) {
    node(id: $call) {
      id
      ... on Call {
        code
        applications(first: $count, after: $cursor) {
          totalCount
          edges { node { id reference title requested { amount currency } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`;
const SAVE = gql`
  mutation Save($input: SaveApplicationInput!) {
    saveApplication(input: $input) {
      application { id title revision }
      userErrors { code field message }
    }
  }
`;
const BUDGET = gql`query Budget($node: ID!) { budget(node: $node) { opened { amount } } }`;

/** A client, and the requests that it has sent. */
function urql(headers) {
  const requests = [];
  const client = new Client({
    url: endpoint,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: true,
    fetchOptions: () => ({ headers }),
    fetch: async (url, request) => {
      const response = await fetch(url, request);
      requests.push(`${request.method} ${response.status}`);
      return response;
    },
  });
  return { client, sent: () => requests.splice(0) };
}

async function answer(operation) {
  const { data, error } = await operation.toPromise();
  if (error) fail(`a request ended in ${error}`);
  return data;
}

async function code(operation) {
  const { error } = await operation.toPromise();
  assert.equal(error?.graphQLErrors.length, 1, `not one error in GraphQL: ${error}`);
  return error.graphQLErrors[0].extensions.code;
}

async function turnThePages({ client, sent }) {
  const edges = [];
  for (let cursor = null, more = true; more; ) {
    const { node } = await answer(client.query(PAGE, { call: callId, count: 3, cursor }));
    assert.equal(node.code, callCode);
    assert.equal(node.applications.totalCount, references.length);
    edges.push(...node.applications.edges);
    ({ endCursor: cursor, hasNextPage: more } = node.applications.pageInfo);
    // A cursor that stands still would turn the same page for ever.
    if (edges.length > references.length) fail(`read more than there is: ${JSON.stringify(edges)}`);
  }
  assert.deepEqual(edges.map(({ node }) => node.reference), references);
  const pages = Math.ceil(references.length / 3);
  assert.deepEqual(sent(), Array(pages).fill('GET 200'));
  await answer(client.query(PAGE, { call: callId, count: 3, cursor: null }));
  assert.deepEqual(sent(), [], 'the first page is in the cache');
  say(`turned ${pages} pages by GET`);
}

/** The first application of the list, as somebody who watches it sees it. */
function watch(client) {
  let shown;
  let look = () => {};
  const list = client.query(PAGE, { call: callId, count: 1, cursor: null }).subscribe(({ data, error, stale }) => {
    if (error) fail(`the list ends in ${error}`);
    if (!stale) shown = data.node.applications.edges[0].node;
    look();
  });
  const until = async (holds) => {
    while (!shown || !holds(shown)) await new Promise((resolve) => (look = resolve));
    return shown;
  };
  return { until, close: list.unsubscribe };
}

async function saveOne({ client, sent }) {
  const first = watch(client);
  const { id, requested: { amount, currency } } = await first.until(() => true);
  const unchanged = { applicationId: id, cost: { amount, currency }, requested: { amount, currency } };
  const save = (input) => answer(client.mutation(SAVE, { input: { ...unchanged, ...input } }));

  const saved = await save({ revision: 1, title: 'Saved by urql' });
  assert.deepEqual(saved.saveApplication.userErrors, []);
  assert.equal(saved.saveApplication.application.revision, 2);
  await first.until(({ title }) => title === 'Saved by urql');
  first.close();
  assert.deepEqual(sent(), ['GET 200', 'POST 200', 'GET 200'], 'what was saved is read again');

  const refused = await save({ revision: 1, title: 'Too late' });
  assert.equal(refused.saveApplication.application, null);
  assert.deepEqual(refused.saveApplication.userErrors.map((error) => error.code), ['CONFLICT']);
  assert.deepEqual(sent(), ['POST 200']);
  say('saved an application by POST, which the list shows, and was refused the same with a reason');
}

async function beRefused({ client, sent }) {
  assert.equal(await code(client.query(BUDGET, { node: fundId })), 'FORBIDDEN');
  assert.equal(await code(client.query(BUDGET, { node: 'nonsense' })), 'NOT_FOUND');
  const [forbidden, missing] = sent();
  assert.ok(forbidden.startsWith('GET') && missing.startsWith('GET'));
  assert.equal(await code(client.query(gql`query Wrong { nothing }`, {})), 'BAD_USER_INPUT');
  assert.deepEqual(sent(), ['GET 400']);
  assert.equal(await code(urql({}).client.query(BUDGET, { node: fundId })), 'UNAUTHENTICATED');
  say('was refused with FORBIDDEN, NOT_FOUND, BAD_USER_INPUT and UNAUTHENTICATED');
}

/** A query that no address holds goes by POST. */
async function askAtLength({ client, sent }) {
  const ids = Array(60).fill(callId);
  const { nodes } = await answer(client.query(gql`query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids }));
  assert.deepEqual(nodes.map(({ id }) => id), ids);
  assert.deepEqual(sent(), ['POST 200']);
  say('asked at length, by POST');
}

/** Whatever a client would send by GET, a mutation is not. */
async function mutateByGet() {
  const query = 'mutation { logOut(input: { refreshToken: "none" }) { userErrors { code } } }';
  const response = await fetch(`${endpoint}?${new URLSearchParams({ query })}`, { headers: authorization(token) });
  assert.equal(response.status, 405);
  const { data, errors } = await response.json();
  assert.equal(data, undefined);
  assert.equal(errors.length, 1);
  say('sent a mutation by GET, which was not allowed');
}

const somebody = urql(authorization(token));
await turnThePages(somebody);
await saveOne(somebody);
await beRefused(somebody);
await askAtLength(somebody);
await mutateByGet();
done();
