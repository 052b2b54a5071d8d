import { graphql } from 'relay-runtime';

graphql`
  query CallPageQuery($call: ID!) {
    node(id: $call) {
      __typename
      id
      ...CallPage_call @alias(as: "page")
      ...ApplicationList_call @alias(as: "list")
    }
    ...ApplicationList_query
    viewer {
      ...CallPage_viewer
    }
  }
`;

// A part of a page that is read again by itself: `node(id:)` finds it.
graphql`
  fragment CallPage_call on Call @refetchable(queryName: "CallPageRefetchQuery") {
    code
    title
    status
    fund {
      id
      name
    }
    budget @catch(to: RESULT) {
      opened {
        amount
      }
    }
  }
`;

// So does `viewer`, of which there is only one.
graphql`
  fragment CallPage_viewer on Viewer @refetchable(queryName: "CallPageViewerRefetchQuery") {
    user {
      id
      displayName
    }
    memberships {
      id
      organisation {
        id
        name
      }
    }
  }
`;
