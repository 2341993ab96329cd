//! Credit transfers for the bank: ISO 20022 `pain.001.001.03`, as the SEPA rulebook restricts it
//! (EPC132-08).

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::statement::decimal;
use crate::domain::ids::PayRunId;
use crate::domain::pay_run::{Party, PayRun, Transfer};

/// What the bank knows a run by; it refuses to carry out one twice. The id without its prefix, since
/// an underscore is not among the characters that every bank takes.
pub fn message(id: PayRunId) -> String {
    let id = id.to_string();
    id.split_once('_').map_or(id.clone(), |(_, id)| id.to_owned())
}

/// The file: the same bytes for the same run. Times are those of `zone`.
pub fn file(run: &PayRun, transfers: &[(Transfer, Party)], zone: &TimeZone) -> String {
    let count = transfers.len();
    let sum = decimal(transfers.iter().map(|(transfer, _)| transfer.owed.total()).sum());
    let message = message(run.id);
    let name = latin(run.from.name.as_str(), 70);
    let made = jiff::Timestamp::from_millisecond(run.made_at.millis()).unwrap_or_default();
    let made = made.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S");
    let mut text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">
<CstmrCdtTrfInitn>
<GrpHdr><MsgId>{message}</MsgId><CreDtTm>{made}</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum><InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>
<PmtInf>
<PmtInfId>{message}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>
<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt>{}</ReqdExctnDt>
<Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
"#,
        run.execute_on,
        run.from.iban.as_str(),
    );
    for (transfer, to) in transfers {
        let reference = format!("{message}-{}", transfer.number);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            r#"<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">{}</InstdAmt></Amt><Cdtr><Nm>{}</Nm></Cdtr><CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct><RmtInf><Ustrd>{name} {reference}</Ustrd></RmtInf></CdtTrfTxInf>"#,
            decimal(transfer.owed.total()),
            latin(to.name.as_str(), 70),
            to.iban.as_str(),
        );
    }
    text + "</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"
}

/// Text in the characters that every bank takes (EPC217-08), cut to so many. None of them has a
/// meaning in XML.
fn latin(text: &str, chars_max: usize) -> String {
    let plain: String = text.chars().map(plain).collect();
    plain.chars().take(chars_max).collect::<String>().trim().to_owned()
}

/// A character without its accent; a full stop for one that no bank has to know.
fn plain(c: char) -> String {
    let small = match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => return c.to_string(),
        '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+' | ' ' => return c.to_string(),
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'ä' | 'æ' => "ae",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ù' | 'ú' | 'û' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        '’' => "'",
        c => {
            let small = c.to_lowercase().next().filter(|small| *small != c);
            return small.map_or_else(|| ".".to_owned(), |small| plain(small).to_uppercase());
        }
    };
    small.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_characters_that_every_bank_takes() {
        assert_eq!(latin("Zoë & Søren Müller-O’Neil", 70), "Zoe . Soeren Mueller-O'Neil");
        assert_eq!(latin("ÉMILE <x> Œdipe", 70), "EMILE .x. OEdipe");
        assert_eq!(latin("aaaaaaaaaa", 4), "aaaa");
        assert_eq!(latin("李 \"雷\"", 70), ". ...");
    }
}
