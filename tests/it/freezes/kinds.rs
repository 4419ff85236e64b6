//! The kinds of authorities as the service knows them.

use account_status::pb::v1::*;

use crate::on_every_engine;

on_every_engine! {
    async fn every_kind_has_one_rule_with_its_source(bank) {
        let mut client = bank.freeze_client();
        let rules = client.list_authority_kinds(ListAuthorityKindsRequest {}).await.unwrap();
        let rules = rules.into_inner().rules;
        let kinds: Vec<i32> = rules.iter().map(|rule| rule.kind).collect();
        assert_eq!(kinds, (1..=23).collect::<Vec<i32>>());
        for rule in &rules {
            assert!(!rule.source.is_empty() && rule.in_force_date.len() == 10, "{rule:?}");
            assert!(rule.makes != 0 && rule.term_start != 0 && rule.amount != 0, "{rule:?}");
            assert!(rule.lifted_by != 0 && rule.at_expiry != 0, "{rule:?}");
        }
        let of = |kind: AuthorityKind| rules.iter().find(|rule| rule.kind() == kind).unwrap();
        let term = |count, unit: TermUnit| Some(Term { count, unit: unit.into() });

        let court = of(AuthorityKind::CourtCivil);
        assert_eq!((court.first_term, court.renewal_term, court.renewals, court.ceiling),
            (term(1, TermUnit::Years), term(1, TermUnit::Years), 0, None));
        assert_eq!((court.makes(), court.term_start(), court.amount(), court.lifted_by()),
            (OrderEffect::Freeze, TermStart::Service, AmountDemand::ForPreservation,
             LiftedBy::CourtOrSuperior));
        assert_eq!((court.may_wait, court.may_deduct, court.renewable, court.verified),
            (true, true, true, true));
        assert_eq!((court.officers_on_paper, court.notice_on_paper), (2, true));

        let organ = of(AuthorityKind::AdminGeneral);
        assert_eq!((organ.first_term, organ.renewal_term, organ.renewals, organ.ceiling),
            (term(30, TermUnit::Days), term(30, TermUnit::Days), 1, term(60, TermUnit::Days)));
        assert_eq!((organ.term_start(), organ.at_expiry(), organ.may_wait, organ.may_deduct),
            (TermStart::Freezing, AtExpiry::BankLifts, false, false));

        let list = of(AuthorityKind::ListBased);
        assert_eq!((list.first_term, list.renewable, list.amount(), list.lifted_by()),
            (None, false, AmountDemand::Whole, LiftedBy::Grounds));
        assert_eq!(of(AuthorityKind::FraudStop).makes(), OrderEffect::StopOrder);
        assert_eq!(of(AuthorityKind::Foreign).makes(), OrderEffect::Refusal);
        assert!(!of(AuthorityKind::Procuratorate).verified);
        let own = of(AuthorityKind::Bank);
        assert_eq!((own.renewable, own.renewal_term, own.lifted_by()),
            (true, None, LiftedBy::Bank));
        bank.finish().await;
    }
}
