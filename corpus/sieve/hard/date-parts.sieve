# All the parts of a date, in the zone that the script asks for.
require ["date", "fileinto", "variables", "copy", "index", "relational"];
if allof (
    date :zone "+0100" :is "date" "year" "2026", date :zone "+0100" :is "date" "month" "11",
    date :zone "+0100" :is "date" "day" "23", date :zone "+0100" :is "date" "date" "2026-11-23",
    date :zone "+0100" :is "date" "hour" "09", date :zone "+0100" :is "date" "minute" "10",
    date :zone "+0100" :is "date" "second" "00", date :zone "+0100" :is "date" "time" "09:10:00",
    date :zone "+0100" :is "date" "iso8601" "2026-11-23T09:10:00+01:00",
    date :zone "+0100" :is "date" "std11" "Mon, 23 Nov 2026 09:10:00 +0100",
    date :zone "+0100" :is "date" "zone" "+0100", date :zone "+0100" :is "date" "weekday" "1",
    date :zone "-0930" :is "date" "julian" "61367"
) { fileinto :copy "Tout"; }
if date :zone "-0930" :matches "date" "iso8601" "*" { fileinto :copy "${1}"; }
if date :originalzone :matches "date" "std11" "*" { fileinto :copy "${1}"; }
if date :originalzone :matches "received" "time" "*" { fileinto :copy "recu ${1}"; }
if currentdate :zone "+0530" :matches "iso8601" "*" { fileinto :copy "${1}"; }
if not date :value "ge" "X-Absent" "year" "0" { fileinto :copy "Absent"; }
