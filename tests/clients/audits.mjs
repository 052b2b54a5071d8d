// The 61 audits of the GraphQL-over-HTTP specification, as graphql-http makes them.
import { auditServer } from 'graphql-http';
import { authorization, done, endpoint, fail, say, token } from './lib.mjs';

// A release of the suite with fewer audits would pass as quietly as this one.
const AUDITS = 61;

async function audit(who, headers) {
  const fetchFn = (url, request = {}) => fetch(url, { ...request, headers: { ...request.headers, ...headers } });
  const results = await auditServer({ url: endpoint, fetchFn });
  // An optional audit that fails is a 'notice', a recommended one a 'warn': here each of them counts.
  const failed = results.filter(({ status }) => status !== 'ok');
  for (const result of failed) {
    say(`${result.status} ${result.id} ${result.name}: ${result.reason}; ${await answer(result.response)}`);
  }
  if (results.length !== AUDITS) {
    fail(`graphql-http made ${results.length} audits, not ${AUDITS}`);
  }
  if (failed.length > 0) {
    fail(`${failed.length} of ${AUDITS} audits failed ${who}: ${failed.map(({ id }) => id).join(' ')}`);
  }
  say(`${AUDITS} audits are ok ${who}`);
}

async function answer(response) {
  const text = response.bodyUsed ? '(read)' : await response.text();
  return `answered ${response.status} ${response.headers.get('content-type')} ${text}`;
}

await audit('without a token', {});
if (token) {
  await audit('with a token', authorization(token));
}
done();
