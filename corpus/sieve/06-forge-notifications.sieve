# Sort the notifications of GitHub, GitLab and Jira by their reason.
#
# These programs write why they wrote to you into a header. What waits for an
# answer is flagged and stays in INBOX, the rest goes into a folder.
require ["fileinto", "mailbox", "variables", "imap4flags"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

if header :matches "X-GitHub-Reason" "*" {
    set "reason" "${1}";

    # "<sieve.tamis.forge.example>": the project, then its owner.
    set "project" "divers";
    if header :matches "List-Id" "*<*.*.*>" {
        set "project" "${2}";
    }

    if string :is "${reason}" ["mention", "team_mention", "assign", "review_requested"] {
        addflag ["\\Flagged", "$${reason}"];
        keep;
    } elsif allof (
        string :is "${reason}" "ci_activity",
        not header :contains "Subject" ["failed", "cancelled"]
    ) {
        # A run that went well: nothing to read.
        addflag "\\Seen";
        fileinto :create "Forge/${project}";
    } else {
        fileinto :create "Forge/${project}";
    }

} elsif exists "X-GitLab-Project" {
    if anyof (
        header :is "X-GitLab-Pipeline-Status" "failed",
        header :is "X-GitLab-NotificationReason" ["mentioned", "assigned", "review_requested"]
    ) {
        addflag "\\Flagged";
    } else {
        fileinto :create "Forge/GitLab";
    }

} elsif exists "X-JIRA-FingerPrint" {
    # "[JIRA] (WEB-42) ...": one folder for each project, here WEB.
    if header :matches "Subject" "[JIRA] (*-*) *" {
        fileinto :create "Forge/Jira/${1}";
    } else {
        fileinto :create "Forge/Jira";
    }
}
