//! Cards: names of their accounts, lost ones as lost.

use super::{Given, accounts, count, import, said};
use crate::on_every_engine;

on_every_engine! {
    async fn cards_are_bound_once_and_lost_ones_are_lost(bank) {
        accounts(&bank, ["7301", "7302"]);
        let given = Given::new(
            "card_number,account_number,card_status\n\
            6299990000000001,7301,\n\
            6299990000000002,7301,LOST\n\
            6299990000000003,7302,VALID\n\
            6299990000000003,7301,VALID\n\
            629999,7301,VALID\n\
            6299990000000004,7999,VALID\n\
            6299990000000005,7302,CANCELLED\n\
            6299990000000001,7301,\n",
        );
        let rejects = [
            (5, "on another account"),
            (6, "12 to 19 digits"),
            (7, "ACCOUNT_NOT_FOUND"),
            (8, "names no account"),
        ];
        said(&import(&bank, "cards", &given, &[]), 3, 1, 4);
        given.rejected(&rejects);
        said(&import(&bank, "cards", &given, &[]), 0, 4, 4);
        given.rejected(&rejects);
        let lost = "SELECT count(*) FROM card WHERE card_status = 'LOST' \
            AND card_number = '6299990000000002'";
        assert_eq!(count(&bank, lost).await, 1);
        assert_eq!(count(&bank, "SELECT count(*) FROM card").await, 3);
        let moved = Given::new("card_number,account_number\n6299990000000001,7302\n");
        said(&import(&bank, "cards", &moved, &[]), 0, 0, 1);
        moved.rejected(&[(2, "bound to another account")]);
        bank.finish().await;
    }
}
