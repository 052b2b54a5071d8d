// The operations that Relay could want of the contract: each object with an identifier read again by itself, each list
// page by page, the result of each mutation added to a list, each subscription.
import { buildSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql';

const PAGES = ['first', 'after', 'last', 'before'];
const capital = (name) => name[0].toUpperCase() + name.slice(1);

/** JavaScript for Relay's compiler, and how much of the contract it covers. */
export function everything(sdl) {
  const schema = buildSchema(sdl);
  const objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !/^__/.test(type.name));
  const nodes = objects.filter(isNode);
  const lists = objects.flatMap((owner) => connections(owner).map((field) => list(owner, field)));
  const mutations = Object.values(schema.getMutationType().getFields()).map((field) => mutation(field, schema));
  const subscriptions = Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map(subscription);
  const documents = [...nodes.map(refetch), ...lists, ...mutations, ...subscriptions];
  const tags = documents.map((document) => `graphql\`\n${document}\n\`;\n`);
  const counts = Object.entries({ objects: nodes, lists, mutations, subscriptions });
  return {
    source: `import { graphql } from 'relay-runtime';\n\n${tags.join('\n')}`,
    counts: counts.map(([name, { length }]) => `${length} ${name}`).join(', '),
  };
}

function isNode(type) {
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
}

function refetch({ name }) {
  const query = `Everything${name}RefetchQuery`;
  return `fragment Everything_${name} on ${name} @refetchable(queryName: "${query}") { __typename }`;
}

function connections(owner) {
  return Object.values(owner.getFields()).filter(({ type }) => /Connection$/.test(getNamedType(type).name));
}

/** A list as Relay's pagination reads it, the next page found from the object that holds it. */
function list(owner, field) {
  const name = `Everything_${owner.name}_${field.name}`;
  const missing = PAGES.filter((page) => !field.args.some((argument) => argument.name === page));
  if (missing.length > 0) {
    throw new Error(`${owner.name}.${field.name} is a list without ${missing.join(', ')}`);
  }
  // A list of what has no identifier is read again with its owner; Relay pages through an owner that it can find.
  const query = `Everything${owner.name}${capital(field.name)}Query`;
  const refetchable = isNode(owner) || owner.name === 'Query' ? `@refetchable(queryName: "${query}")` : '';
  return `fragment ${name} on ${owner.name} ${refetchable}
    @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
      ${field.name}(first: $count, after: $cursor) @connection(key: "${name}_${field.name}") {
        totalCount
        edges { node { __typename } }
      }
    }`;
}

function mutation(field, schema) {
  const payload = getNamedType(field.type);
  const input = field.args.find(({ name }) => name === 'input');
  const results = Object.values(payload.getFields()).filter(({ type }) => isNode(type) || isInterfaceType(type));
  const selections = results.map((result) => {
    const edge = `${getNamedType(result.type).name}Edge`;
    // What is in no list cannot be added to one.
    const append = schema.getType(edge) ? `@appendNode(connections: $connections, edgeTypeName: "${edge}")` : '';
    return { append, text: `${result.name} ${append} { id }` };
  });
  const list = selections.some(({ append }) => append) ? ', $connections: [ID!]!' : '';
  return `mutation Everything${capital(field.name)}Mutation($input: ${input.type}${list}) {
    ${field.name}(input: $input) {
      ${selections.map(({ text }) => text).join('\n      ')}
      userErrors { code field message details }
      clientMutationId
    }
  }`;
}

function subscription({ name, args }) {
  const variables = args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const values = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  return `subscription Everything${capital(name)}Subscription(${variables}) { ${name}(${values}) { __typename } }`;
}
