// Lists the operations that a server may be told to know, for whoever runs this script: as Relay's compiler lists them,
// and the same as Apollo's tools do.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, parse } from 'graphql';
import { done, environment, say } from './lib.mjs';
import { compileAll } from './relay/compile.mjs';

const folder = environment('OCTROI_FOLDER');
const { manifest } = compileAll(folder);

const operations = Object.entries(JSON.parse(readFileSync(manifest, 'utf8'))).map(([id, body]) => {
  const { name, operation } = getOperationAST(parse(body));
  return { id, name: name.value, type: operation, body };
});
const apollo = join(folder, 'persisted-query-manifest.json');
writeFileSync(apollo, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }, null, 2));

say(`RELAY ${manifest}`);
say(`APOLLO ${apollo}`);
done();
