// Relay: operations compiled against the contract, then run by its runtime.
import assert from 'node:assert/strict';
import relay from 'relay-runtime';
import { authorization, done, endpoint, environment, say, scene, token } from './lib.mjs';
import { compileAll } from './relay/compile.mjs';

const { callId, callCode, organisationId, references } = scene();
const { load } = compileAll(environment('OCTROI_FOLDER'));

// Relay warns of what it cannot normalise, as of one identifier for two types.
const warnings = [];
console.warn = console.error = (...words) => warnings.push(words.join(' '));

const network = relay.Network.create(async ({ text }, variables) => {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...authorization(token),
    },
    body: JSON.stringify({ query: text, variables }),
  });
  return response.json();
});
const store = new relay.Store(new relay.RecordSource());
const client = new relay.Environment({ network, store });

/** Runs a query and keeps what it brought in the store. */
async function run(name, variables) {
  const query = load(name);
  client.retain(relay.createOperationDescriptor(query, variables));
  return relay.fetchQuery(client, query, variables).toPromise();
}

/** What a component with this fragment would be given. */
function read(fragment, reference) {
  const found = client.lookup(relay.getSingularSelector(load(fragment), reference));
  assert.equal(found.isMissingData, false, `${fragment} misses data`);
  return found.data;
}

/** The result of a mutation, once the store has taken it in. */
function mutate(name, variables) {
  return new Promise((resolve, reject) => {
    relay.commitMutation(client, {
      mutation: load(name),
      variables,
      onCompleted: (data, errors) => (errors ? reject(new Error(JSON.stringify(errors))) : resolve(data)),
      onError: reject,
    });
  });
}

const page = await run('CallPageQuery', { call: callId });
const list = () => read('ApplicationList_call', page.node.list).applications;
const rows = () => list().edges.map(({ node }) => read('ApplicationRow_application', node).reference);

assert.equal(page.node.__typename, 'Call');
assert.equal(read('CallPage_call', page.node.page).code, callCode);
assert.deepEqual(rows(), references.slice(0, 3));
assert.equal(list().totalCount, references.length);
say(`read the call ${callCode} and the first ${rows().length} of its ${references.length} applications`);

while (list().pageInfo.hasNextPage) {
  await run('ApplicationListPaginationQuery', { id: callId, count: 3, cursor: list().pageInfo.endCursor });
}
assert.deepEqual(rows(), references);
say('turned the pages to the last, which made one list');

const backwards = () => read('ApplicationList_query', page).applications;
while (backwards().pageInfo.hasPreviousPage) {
  const cursor = backwards().pageInfo.startCursor;
  await run('ApplicationListBackwardsQuery', { call: callId, count: 3, cursor });
}
const reverse = backwards().edges.map(({ node }) => node.reference);
assert.deepEqual(reverse, references);
assert.deepEqual(
  backwards().edges.map(({ node }) => node.id),
  list().edges.map(({ node }) => node.id),
  'one identifier wherever it is read',
);
say('turned them backwards from the last to the first');

const { node } = await run('CallPageRefetchQuery', { id: callId });
const call = read('CallPage_call', node);
assert.deepEqual([call.code, call.status], [callCode, 'OPEN']);
// By its path, Relay finds the field that an error is about, and the rest of the object is there.
assert.equal(call.budget.ok, false);
assert.equal(call.budget.errors.length, 1);
const viewer = await run('CallPageViewerRefetchQuery', {});
const [membership] = read('CallPage_viewer', viewer.viewer).memberships;
assert.equal(membership.organisation.id, organisationId);
say('read a node and the viewer again by themselves, and an error where its field is');

const euros = (amount) => ({ amount, currency: 'EUR' });
const draft = { title: 'Added to the list', cost: euros('2000.00'), requested: euros('1000.00') };
const connections = [list().__id];
const created = await mutate('ApplicationFormCreateMutation', {
  input: { ...draft, callId, organisationId, clientMutationId: 'one' },
  connections,
});
const { application } = created.createApplication;
assert.deepEqual(created.createApplication.userErrors, []);
assert.equal(created.createApplication.clientMutationId, 'one');
assert.equal(list().edges.at(-1).node.id, application.id);
assert.equal(rows().length, references.length + 1);
say('created an application, which the list has at its end');

const refused = await mutate('ApplicationFormCreateMutation', {
  input: { ...draft, callId, organisationId, title: '' },
  connections,
});
assert.equal(refused.createApplication.application, null);
assert.deepEqual(
  refused.createApplication.userErrors.map(({ code, field }) => [code, field]),
  [['VALIDATION', ['title']]],
);
assert.equal(rows().length, references.length + 1, 'what was refused is in no list');
// It says so whenever a mutation that adds to a list answers nothing to add.
assert.deepEqual(warnings.splice(0), ['Warning: MutationHandlers: Expected target node to exist.']);

const saved = await mutate('ApplicationFormSaveMutation', {
  input: { ...draft, applicationId: application.id, revision: 1, title: 'Under another title' },
});
assert.equal(saved.saveApplication.application.revision, 2);
assert.equal(read('ApplicationRow_application', list().edges.at(-1).node).title, 'Under another title');
say('was refused one with its reason, and saved one, which the list shows');

await mutate('ApplicationFormWithdrawMutation', { input: { applicationId: application.id }, connections });
assert.deepEqual(rows(), references);
say('withdrew it, which took it off the list');

assert.deepEqual(warnings, [], 'Relay warns');
done();
