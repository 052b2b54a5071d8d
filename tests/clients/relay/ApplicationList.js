import { graphql } from 'relay-runtime';

// A list that asks for more as one scrolls.
graphql`
  fragment ApplicationList_call on Call
  @refetchable(queryName: "ApplicationListPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
    applications(first: $count, after: $cursor) @connection(key: "ApplicationList_call_applications") {
      __id
      totalCount
      edges {
        node {
          id
          ...ApplicationRow_application
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

// The same from its end, on the root of the schema.
graphql`
  fragment ApplicationList_query on Query
  @refetchable(queryName: "ApplicationListBackwardsQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
    applications(last: $count, before: $cursor, call: $call)
      @connection(key: "ApplicationList_query_applications", filters: ["call"]) {
      edges {
        node {
          id
          reference
        }
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
  }
`;
