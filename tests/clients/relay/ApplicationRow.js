import { graphql } from 'relay-runtime';

graphql`
  fragment ApplicationRow_application on Application {
    reference
    title
    status
    requested {
      amount
      currency
    }
  }
`;
