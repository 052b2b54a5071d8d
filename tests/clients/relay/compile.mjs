// Runs Relay's compiler on the operations of this folder against the contract, in a folder given by the caller: what it
// generates is of no use to anybody but the test.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, say } from '../lib.mjs';
import { everything } from './everything.mjs';

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const contract = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));

const CONFIG = {
  src: 'src',
  schema: 'schema.graphql',
  language: 'javascript',
  eagerEsModules: false,
  // Each scalar has to be known: one that is added to the contract is added here, and to every client that has types.
  requireCustomScalarTypes: true,
  customScalarTypes: {
    BigInt: 'string',
    Currency: 'string',
    Date: 'string',
    DateTime: 'string',
    Decimal: 'string',
    JSON: 'mixed',
  },
};

/**
 * Compiles into `folder`, and says what the compiler said. With `persisted`, the artifacts hold the digest of each
 * document in place of its text, and the documents are in the manifest.
 */
function compile(folder, { persisted }) {
  const manifest = join(folder, 'persisted.json');
  const artifacts = persisted ? 'persisted' : 'artifacts';
  const config = { ...CONFIG, artifactDirectory: artifacts };
  if (persisted) {
    // The compiler adds to a manifest, and wants one to add to.
    writeFileSync(manifest, '{}');
    config.persistConfig = { file: './persisted.json', algorithm: 'SHA256' };
  }
  mkdirSync(join(folder, artifacts));
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  const words = ['relay.config.json', '--noWatchman', '--output', 'verbose'];
  const options = { cwd: folder, encoding: 'utf8' };
  const { status, error, stdout, stderr } = spawnSync(require('relay-compiler'), words, options);
  const output = `${error ?? ''}${stdout}${stderr}`;
  if (status !== 0) {
    fail(`Relay's compiler refuses the operations:\n${output}`);
  }
  if (/WARN|ERROR|warning/i.test(output) || !/Compilation completed/.test(output)) {
    fail(`Relay's compiler has something to say:\n${output}`);
  }
  return { artifacts: join(folder, artifacts), manifest };
}

/**
 * Compiles everything into a new folder. Answers with a function that loads an artifact, and with the path of the
 * manifest: the text of every operation by its SHA-256.
 */
export function compileAll(folder) {
  mkdirSync(join(folder, 'src'), { recursive: true });
  cpSync(contract, join(folder, 'schema.graphql'));
  for (const file of readdirSync(here).filter((name) => name.endsWith('.js'))) {
    cpSync(join(here, file), join(folder, 'src', file));
  }
  const { source, counts } = everything(readFileSync(contract, 'utf8'));
  writeFileSync(join(folder, 'src', 'Everything.js'), source);
  const { artifacts } = compile(folder, { persisted: false });
  const { manifest } = compile(folder, { persisted: true });
  say(`Relay's compiler took ${readdirSync(artifacts).length} operations and fragments: ${counts}`);
  return { load: (name) => require(join(artifacts, `${name}.graphql.js`)), manifest };
}
