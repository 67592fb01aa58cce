"""What is odd about a dataset, each finding with the pictures that it speaks of."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared import gallery
from pages.shared.datasets_cards import audit_in_words
from pages.shared.words import plain
from pages.shared.workbench import workbench

PICTURES_BESIDE = 6
FINDINGS_AT_ONCE = 20
TELL = {"error": st.error, "warning": st.warning, "info": st.write}

Found = Mapping[str, Any]


def draw(found: Found) -> None:
    name = found["name"]
    audit = workbench().known_audit(name)
    told = audit_in_words(audit) if audit else "not looked for yet"
    with st.expander(f"Oddities: {told}", key="datasets_audit_fold", expanded=_just_asked(name)):
        st.write("Doubles, the same picture in two splits, names that look wrong, blank pictures, odd sizes, balance.")
        if audit is None and st.button("Look for oddities", key="datasets_audit"):
            with st.spinner(f"Looking at all {found['pictures']:,} pictures ..."):
                workbench().audit(name)
            st.session_state["datasets_audited"] = name
            st.rerun()
        if audit:
            _draw_findings(name, audit)


def _just_asked(name: str) -> bool:
    return st.session_state.get("datasets_audited") == name


def _draw_findings(name: str, audit: Found) -> None:
    findings = audit["findings"]
    page = gallery.turned(len(findings), f"datasets_findings_{name}", FINDINGS_AT_ONCE)
    for finding in findings[FINDINGS_AT_ONCE * (page - 1) : FINDINGS_AT_ONCE * page]:
        _draw_finding(name, finding)


def _draw_finding(name: str, finding: Found) -> None:
    TELL[finding["severity"]](plain(finding["message"]))
    if not finding["files"]:
        return
    found = workbench().pictures_called(name, finding["files"][:PICTURES_BESIDE])["pictures"]
    if found:
        pictures = [{"picture": each["picture"], "caption": f"{each['label']}: {each['file']}"} for each in found]
        gallery.show(pictures, columns=PICTURES_BESIDE)
