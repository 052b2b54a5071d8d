//! Closed lists, stored as text.

use super::text_enum;

text_enum! {
    /// Which register an organisation's identifier is from.
    IdentifierScheme {
        /// INSEE SIRET, 14 digits, checked.
        FrSiret = "FR_SIRET",
        /// French register of associations: W and nine digits.
        FrRna = "FR_RNA",
        /// Any other register.
        Other = "OTHER",
    }
}

text_enum! {
    /// What sort of body an organisation is.
    OrganisationKind {
        /// Central government ministry.
        Ministry = "MINISTRY",
        /// Public operator or agency of the State.
        Operator = "OPERATOR",
        /// Territorial service of the State.
        DeconcentratedService = "DECONCENTRATED_SERVICE",
        /// Region, department, municipality or their grouping.
        LocalAuthority = "LOCAL_AUTHORITY",
        /// Not-for-profit association or foundation.
        Association = "ASSOCIATION",
        /// Commercial company.
        Company = "COMPANY",
        /// Anything else.
        Other = "OTHER",
    }
}

text_enum! {
    /// What a person may do for an organisation.
    MembershipRole {
        /// Manages members; everything an editor may.
        Owner = "OWNER",
        /// Drafts, submits and requests payment.
        Editor = "EDITOR",
        /// Reads.
        Viewer = "VIEWER",
    }
}

text_enum! {
    /// What a person may do for the programme's staff, on a scope.
    Role {
        /// Grants roles and sets up funds.
        Admin = "ADMIN",
        /// Writes calls, prepares decisions, certifies payments.
        ProgrammeManager = "PROGRAMME_MANAGER",
        /// Moves the envelope, approves and executes payments.
        FinanceOfficer = "FINANCE_OFFICER",
        /// Runs a call's committee.
        CommitteeChair = "COMMITTEE_CHAIR",
        /// Evaluates applications assigned to them.
        CommitteeMember = "COMMITTEE_MEMBER",
        /// Reads everything, changes nothing.
        Auditor = "AUDITOR",
    }
}

text_enum! {
    /// How far a role reaches.
    ScopeKind {
        /// Everywhere.
        Platform = "PLATFORM",
        /// One fund with its programmes and calls.
        Fund = "FUND",
        /// One call.
        Call = "CALL",
    }
}

text_enum! {
    /// What a decision says.
    DecisionOutcome {
        /// Funded, or distinguished.
        Award = "AWARD",
        /// Not funded.
        Reject = "REJECT",
    }
}

text_enum! {
    /// Why an instalment is due.
    InstalmentKind {
        /// On signature.
        Advance = "ADVANCE",
        /// On justified expenses.
        Interim = "INTERIM",
        /// On completion.
        Balance = "BALANCE",
    }
}

text_enum! {
    /// Which authority a ledger account belongs to.
    Book {
        /// Commitment authority (autorisations d'engagement): caps what may be committed.
        Ae = "AE",
        /// Payment credits (crédits de paiement): cap what may be ordered in a fiscal year.
        Cp = "CP",
    }
}

text_enum! {
    /// What the money in a ledger account is.
    AccountKind {
        /// Outside the fund; the only account that may go below zero.
        Source = "SOURCE",
        /// Voted, not yet allocated.
        Envelope = "ENVELOPE",
        /// Allocated to a programme, not yet to a call.
        Programme = "PROGRAMME",
        /// Allocated to a call, not yet promised.
        Call = "CALL",
        /// Promised by a decision, not signed.
        Reserved = "RESERVED",
        /// Committed by an agreement, left to order.
        Award = "AWARD",
        /// Sent to the bank, not confirmed.
        Ordered = "ORDERED",
        /// Paid.
        Paid = "PAID",
        /// Paid wrongly and claimed back, not received.
        Recoverable = "RECOVERABLE",
        /// Paid wrongly and received back.
        Recovered = "RECOVERED",
        /// Committed once, will not be spent, and is lost to the call.
        Lapsed = "LAPSED",
        /// Payment credits used by orders. In the book of payment credits only.
        Consumed = "CONSUMED",
    }
}

text_enum! {
    /// What a line of the ledger does.
    TransferKind {
        /// Envelope voted or increased: source to envelope.
        Open = "OPEN",
        /// Envelope cut: envelope to source.
        Reduce = "REDUCE",
        /// Budget set: envelope to programme, or programme to call.
        Allocate = "ALLOCATE",
        /// Budget taken back: programme to envelope, or call to programme.
        Deallocate = "DEALLOCATE",
        /// Budget moved sideways: programme to programme, or call to call.
        Redeploy = "REDEPLOY",
        /// Payment credits left over taken to the next fiscal year.
        CarryOver = "CARRY_OVER",
        /// Decision adopted: call to reserved.
        Reserve = "RESERVE",
        /// Award never signed: reserved back to call.
        Release = "RELEASE",
        /// Agreement signed: reserved to award.
        Commit = "COMMIT",
        /// Award that will not be spent: award to call, or to lapsed.
        Decommit = "DECOMMIT",
        /// Payment ordered: award to ordered.
        Order = "ORDER",
        /// Payment confirmed: ordered to paid.
        Pay = "PAY",
        /// Payment refused by the bank: ordered back to award.
        Reject = "REJECT",
        /// Money claimed back: paid to recoverable.
        RecoveryIssued = "RECOVERY_ISSUED",
        /// Money received back: recoverable to recovered.
        RecoveryReceived = "RECOVERY_RECEIVED",
        /// Claim given up: recoverable back to paid.
        RecoveryCancelled = "RECOVERY_CANCELLED",
        /// Recovered money given back to the call, where the fund's policy allows it.
        Reinstate = "REINSTATE",
    }
}

text_enum! {
    /// Where money goes that was committed and will not be spent.
    Decommitment {
        /// Back to the call, to be awarded again.
        ReturnsToCall = "RETURNS_TO_CALL",
        /// Nowhere: it lapses.
        Lapses = "LAPSES",
    }
}

text_enum! {
    /// The kinds of object that have a global identifier and an audit trail.
    NodeKind {
        /// A person.
        User = "USER",
        /// A role held on a scope.
        RoleGrant = "ROLE_GRANT",
        /// A legal entity.
        Organisation = "ORGANISATION",
        /// A place in an organisation.
        Membership = "MEMBERSHIP",
        /// A fund.
        Fund = "FUND",
        /// A programme.
        Programme = "PROGRAMME",
        /// A call for projects.
        Call = "CALL",
        /// A lot of a call.
        Lot = "LOT",
        /// A criterion of a call.
        Criterion = "CRITERION",
        /// An application.
        Application = "APPLICATION",
        /// A submitted snapshot.
        Submission = "SUBMISSION",
        /// An assessment.
        Assessment = "ASSESSMENT",
        /// A decision.
        Decision = "DECISION",
        /// An award.
        Award = "AWARD",
        /// An agreement.
        Agreement = "AGREEMENT",
        /// An instalment.
        Instalment = "INSTALMENT",
        /// A payment request.
        PaymentRequest = "PAYMENT_REQUEST",
        /// A claim for money paid wrongly.
        Recovery = "RECOVERY",
        /// A year of a fund's payment credits.
        FiscalYear = "FISCAL_YEAR",
        /// A ledger account.
        Account = "ACCOUNT",
        /// A line of the ledger.
        Transfer = "TRANSFER",
    }
}
