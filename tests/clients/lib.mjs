// What the scripts share: where the server is, who asks, and how they say what they found.

/** A variable of the environment that has to be there. */
export function environment(name) {
  const value = process.env[name];
  if (!value) {
    fail(`${name} is not set`);
  }
  return value;
}

/** The server, as `http://127.0.0.1:PORT`. */
const server = environment('OCTROI_URL').replace(/\/$/, '');

/** Where it answers GraphQL. */
export const endpoint = `${server}/graphql`;

/** The same for a WebSocket. */
export const socket = endpoint.replace(/^http/, 'ws');

/** An access token; without one the script is a stranger. */
export const token = process.env.OCTROI_TOKEN || undefined;

/** The headers of somebody who is signed in. */
export function authorization(accessToken) {
  return accessToken ? { authorization: `Bearer ${accessToken}` } : {};
}

/** What the test prepared for this script: JSON in the variable `OCTROI_SCENE`. */
export function scene() {
  return JSON.parse(environment('OCTROI_SCENE'));
}

export function say(line) {
  console.log(line);
}

/** Ends the script as a failure. */
export function fail(message) {
  // Not by the console, whose words a script may be collecting.
  process.stderr.write(`FAILED: ${message}\n`);
  process.exit(1);
}

// In a line or two: what libraries throw may hold half the process.
process.on('uncaughtException', (error) => {
  const reason = error?.cause ? `, because of ${error.cause}` : '';
  fail(`${error instanceof Error ? error.stack : (error?.message ?? error)}${reason}`);
});

/** Ends the script as a success: a script that ends without having come here has not done what it was run for. */
export function done() {
  say('DONE');
  process.exit(0);
}
