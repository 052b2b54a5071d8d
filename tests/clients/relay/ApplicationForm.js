import { graphql } from 'relay-runtime';

graphql`
  mutation ApplicationFormCreateMutation($input: CreateApplicationInput!, $connections: [ID!]!) {
    createApplication(input: $input) {
      application @appendNode(connections: $connections, edgeTypeName: "ApplicationEdge") {
        id
        ...ApplicationRow_application
      }
      userErrors {
        code
        field
        message
        details
      }
      clientMutationId
    }
  }
`;

graphql`
  mutation ApplicationFormSaveMutation($input: SaveApplicationInput!) {
    saveApplication(input: $input) {
      application {
        id
        revision
        ...ApplicationRow_application
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;

// Withdrawn, it leaves the list; the file itself stays.
graphql`
  mutation ApplicationFormWithdrawMutation($input: WithdrawApplicationInput!, $connections: [ID!]!) {
    withdrawApplication(input: $input) {
      application {
        id @deleteEdge(connections: $connections)
        status
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;
