//! States of the nouns, stored as text. What leads from one to another is in `domain::<noun>::lifecycle`.

use super::text_enum;

text_enum! {
    /// Where a fund stands.
    FundStatus {
        /// Prepared; no envelope yet.
        Draft = "DRAFT",
        /// Its envelope is open.
        Active = "ACTIVE",
        /// Takes no new commitment.
        Closed = "CLOSED",
    }
}

text_enum! {
    /// Where a programme stands.
    ProgrammeStatus {
        /// May receive and allocate budget.
        Active = "ACTIVE",
        /// Takes no new call.
        Closed = "CLOSED",
    }
}

text_enum! {
    /// Where a call stands. `Open` and `Closed` follow from the clock and are never stored.
    CallStatus {
        /// Being written; seen by staff only.
        Draft = "DRAFT",
        /// Published; before its opening instant.
        Scheduled = "SCHEDULED",
        /// Takes applications.
        Open = "OPEN",
        /// Past its closing instant; evaluation has not begun.
        Closed = "CLOSED",
        /// The committee is at work.
        UnderEvaluation = "UNDER_EVALUATION",
        /// Every application has its decision.
        Decided = "DECIDED",
        /// Kept for the record.
        Archived = "ARCHIVED",
        /// Withdrawn by its programme manager.
        Cancelled = "CANCELLED",
    }
}

text_enum! {
    /// Where an application stands.
    ApplicationStatus {
        /// Being written by its organisation.
        Draft = "DRAFT",
        /// Filed in time, with a receipt.
        Submitted = "SUBMITTED",
        /// Reopened by a programme manager for one round.
        ChangesRequested = "CHANGES_REQUESTED",
        /// Refused before evaluation, with reasons.
        Ineligible = "INELIGIBLE",
        /// Before the committee.
        UnderEvaluation = "UNDER_EVALUATION",
        /// Good enough, but the budget is spent.
        Waitlisted = "WAITLISTED",
        /// Its award has been notified.
        Awarded = "AWARDED",
        /// Its rejection has been notified.
        Rejected = "REJECTED",
        /// Taken back by its organisation.
        Withdrawn = "WITHDRAWN",
    }
}

text_enum! {
    /// Where an assessment stands.
    AssessmentStatus {
        /// Given to an evaluator.
        Assigned = "ASSIGNED",
        /// Being written.
        Draft = "DRAFT",
        /// Frozen.
        Submitted = "SUBMITTED",
        /// Refused by the evaluator.
        Declined = "DECLINED",
    }
}

text_enum! {
    /// Where a decision stands.
    DecisionStatus {
        /// Prepared by the programme manager.
        Proposed = "PROPOSED",
        /// Adopted; an award is reserved in the ledger.
        Adopted = "ADOPTED",
        /// Made known to the applicant.
        Notified = "NOTIFIED",
    }
}

text_enum! {
    /// Where an award stands.
    AwardStatus {
        /// Decided; its agreement is not signed.
        Reserved = "RESERVED",
        /// Its agreement is signed.
        Committed = "COMMITTED",
        /// A payment has been made.
        InProgress = "IN_PROGRESS",
        /// Fully paid.
        Completed = "COMPLETED",
        /// Ended early.
        Terminated = "TERMINATED",
        /// Never signed.
        Lapsed = "LAPSED",
    }
}

text_enum! {
    /// Where an instalment stands.
    InstalmentStatus {
        /// Planned.
        Scheduled = "SCHEDULED",
        /// Claimed by the beneficiary.
        Requested = "REQUESTED",
        /// Paid.
        Paid = "PAID",
        /// Will not be paid.
        Cancelled = "CANCELLED",
    }
}

text_enum! {
    /// Where a payment request stands.
    PaymentRequestStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Filed by the beneficiary.
        Submitted = "SUBMITTED",
        /// Sent back to the beneficiary.
        ChangesRequested = "CHANGES_REQUESTED",
        /// Service done, says a programme manager.
        Certified = "CERTIFIED",
        /// Approved by a finance officer.
        Approved = "APPROVED",
        /// Sent to the bank.
        Ordered = "ORDERED",
        /// Confirmed by the bank.
        Paid = "PAID",
        /// Refused, by staff or by the bank.
        Rejected = "REJECTED",
    }
}

text_enum! {
    /// Where a fiscal year of payment credits stands.
    FiscalYearStatus {
        /// Credits are opened, moved and consumed.
        Open = "OPEN",
        /// Takes nothing more; what is left can be carried over.
        Closed = "CLOSED",
    }
}

text_enum! {
    /// Where a recovery stands.
    RecoveryStatus {
        /// Claimed from the beneficiary.
        Issued = "ISSUED",
        /// The money came back.
        Received = "RECEIVED",
        /// Given up.
        Cancelled = "CANCELLED",
    }
}
