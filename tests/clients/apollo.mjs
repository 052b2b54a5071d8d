// Apollo Client, with its normalised cache.
import assert from 'node:assert/strict';
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { filter, firstValueFrom, map, timeout } from 'rxjs';
import { authorization, done, endpoint, fail, say, scene, token } from './lib.mjs';

const { callId, callCode, fundId, organisationId, references } = scene();

// Apollo warns of what its cache cannot keep, as of an object that one answer has taken from another.
const warnings = [];
console.warn = console.error = (...words) => warnings.push(words.join(' '));

const ROW = gql`
  fragment Row on Application {
    id
    reference
    title
    requested { amount minorUnits currency }
  }
`;
const PAGE = gql`
  query Page($call: ID!, $count: Int!, $cursor: String) {
    node(id: $call) {
      id
      ... on Call {
        code
        fund { id name }
        applications(first: $count, after: $cursor) {
          totalCount
          edges { cursor node { ...Row organisation { id name } } }
          pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
        }
      }
    }
  }
  ${ROW}
`;
const SAVE = gql`
  mutation Save($input: SaveApplicationInput!) {
    saveApplication(input: $input) {
      application { revision ...Row }
      userErrors { code field message details }
    }
  }
  ${ROW}
`;
const BUDGET = gql`
  query Budget($node: ID!, $call: ID!) {
    budget(node: $node) { opened { amount } }
    node(id: $call) { id }
  }
`;

function apollo(options) {
  const cache = new InMemoryCache({ typePolicies: { Call: { fields: { applications: relayStylePagination() } } } });
  return new ApolloClient({ link: new HttpLink({ uri: endpoint, ...options }), cache });
}

/** The errors that a request ends in. */
async function errors(request) {
  const error = await request.then(
    ({ data }) => assert.fail(`was to be refused and answered ${JSON.stringify(data)}`),
    (error) => error,
  );
  assert.ok(CombinedGraphQLErrors.is(error), `not an answer in GraphQL: ${error}`);
  return error.errors;
}

/** The list as somebody who watches it sees it, once it is as it should be: Apollo tells them a little after. */
function watch(client) {
  const page = client.watchQuery({ query: PAGE, variables: { call: callId, count: 3 } });
  // As long as nobody watches it, it is not kept up.
  page.subscribe(({ error }) => error && fail(`the list ends in ${error}${error.cause ? `, ${error.cause}` : ''}`));
  const settled = page.pipe(filter(({ loading }) => !loading), map(({ data }) => data.node));
  const until = (holds) => firstValueFrom(settled.pipe(filter(holds), timeout(10_000)));
  return { page, until };
}

async function turnThePages({ page, until }) {
  let call = await until(() => true);
  assert.equal(call.code, callCode);
  assert.equal(call.applications.edges.length, 3);
  let pages = 1;
  while (call.applications.pageInfo.hasNextPage) {
    const read = call.applications.edges.length;
    await page.fetchMore({ variables: { cursor: call.applications.pageInfo.endCursor } });
    call = await until(({ applications }) => applications.edges.length > read);
    pages += 1;
  }
  assert.equal(pages, Math.ceil(references.length / 3));
  assert.deepEqual(call.applications.edges.map(({ node }) => node.reference), references);
  assert.equal(call.applications.totalCount, references.length);
  say(`turned ${pages} pages, which the cache made one list of ${references.length}`);
  return call.applications.edges[0].node;
}

async function saveOne(client, file, { until }) {
  const { amount, currency, minorUnits } = file.requested;
  assert.equal(typeof amount, 'string', 'a decimal is a text');
  assert.equal(minorUnits, amount.replace('.', ''));
  const unchanged = { applicationId: file.id, cost: { amount, currency }, requested: { amount, currency } };
  const save = (input) => client.mutate({ mutation: SAVE, variables: { input: { ...unchanged, ...input } } });

  const saved = await save({ revision: 1, title: 'Saved by Apollo' });
  assert.deepEqual(saved.data.saveApplication.userErrors, []);
  assert.equal(saved.data.saveApplication.application.revision, 2);
  await until(({ applications }) => applications.edges[0].node.title === 'Saved by Apollo');

  const refused = await save({ revision: 1, title: 'Too late' });
  assert.equal(refused.error, undefined, 'a refusal is data');
  assert.equal(refused.data.saveApplication.application, null);
  assert.deepEqual(refused.data.saveApplication.userErrors.map(({ code }) => code), ['CONFLICT']);
  say('saved an application, which the list shows, and was refused the same with a reason');
}

/** Every object of the cache is found again by its identifier, which no object of another type has. */
async function findAgain(client) {
  const cached = client.cache.extract();
  const objects = Object.values(cached).filter(({ id }) => id);
  assert.equal(new Set(objects.map(({ id }) => id)).size, objects.length);
  const types = new Set(objects.map(({ __typename }) => __typename));
  assert.deepEqual([...types].sort(), ['Application', 'Call', 'Fund', 'Organisation']);
  assert.equal(objects.length, references.length + 3);
  assert.ok(cached[`Call:${callId}`] && cached[`Fund:${fundId}`] && cached[`Organisation:${organisationId}`]);
  const NODES = gql`query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }`;
  const { data } = await client.query({ query: NODES, variables: { ids: objects.map(({ id }) => id) } });
  assert.deepEqual(data.nodes, objects.map(({ __typename, id }) => ({ __typename, id })));
  say(`found the ${objects.length} objects of the cache again by their identifiers`);
}

async function beRefused(client) {
  const variables = { node: fundId, call: callId };
  const [forbidden] = await errors(client.query({ query: BUDGET, variables }));
  assert.equal(forbidden.extensions.code, 'FORBIDDEN');
  assert.deepEqual(forbidden.path, ['budget']);

  const partial = await client.query({ query: BUDGET, variables, errorPolicy: 'all', fetchPolicy: 'no-cache' });
  assert.equal(partial.data.budget, null);
  assert.equal(partial.data.node.id, callId, 'one field that fails takes none of the others with it');
  assert.equal(partial.error.errors[0].extensions.code, 'FORBIDDEN');

  const [invalid] = await errors(client.query({ query: gql`query Wrong { nothing }` }));
  assert.equal(invalid.extensions.code, 'BAD_USER_INPUT');
  const [unauthenticated] = await errors(apollo({}).query({ query: BUDGET, variables }));
  assert.equal(unauthenticated.extensions.code, 'UNAUTHENTICATED');
  say('was refused a budget with FORBIDDEN, nonsense with BAD_USER_INPUT, and without a token UNAUTHENTICATED');
}

async function ask(client, how) {
  const { data } = await client.query({ query: PAGE, variables: { call: callId, count: 100, cursor: null } });
  assert.deepEqual(data.node.applications.edges.map(({ node }) => node.reference), references);
  say(`read the list ${how}`);
}

const headers = authorization(token);
const client = apollo({ headers });
const list = watch(client);
const first = await turnThePages(list);
await findAgain(client);
await saveOne(client, first, list);
await beRefused(client);
await ask(apollo({ headers }), 'by POST');

const methods = [];
const counting = (url, request) => {
  methods.push(request.method);
  return fetch(url, request);
};
await ask(apollo({ headers, useGETForQueries: true, fetch: counting }), 'by GET');
assert.deepEqual(methods, ['GET']);
assert.deepEqual(warnings, [], 'Apollo warns');
done();
