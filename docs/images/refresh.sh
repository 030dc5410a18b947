#!/usr/bin/env bash
# Makes the pictures of README.md anew from the demo; needs LibreOffice, pdftoppm and Chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/xlassess demo --output "$work/demo" >/dev/null

# picture NAME WORKBOOK PAGE CROP...: one page, cut to size
picture() {
    local name=$1 workbook=$2 page=$3
    shift 3
    cp "$workbook" "$work/$name.xlsx"
    soffice "-env:UserInstallation=file://$work/office" --headless --convert-to pdf \
        --outdir "$work" "$work/$name.xlsx" >/dev/null 2>&1
    pdftoppm -r 100 -f "$page" -l "$page" -singlefile -png "$@" "$work/$name.pdf" \
        "docs/images/$name"
}

picture workbook "$work"/demo/inbox/*PAT*Whitfield*.xlsx 5 -x 40 -y 70 -W 1085 -H 475
picture summary "$work"/demo/output/2026/summary.xlsx 2 -x 40 -y 50 -W 750 -H 1050

# The desk: the first doubt that is about one of the choices, as a browser shows it.
.venv/bin/xlassess desk "$work/demo" --no-browser >"$work/desk" &
desk=$!
until link=$(grep -m1 '^http' "$work/desk"); do sleep 0.2; done
.venv/bin/python - "$link" docs/images/desk.png <<'PICTURE'
import re
import shutil
import sys

from playwright.sync_api import sync_playwright

link, picture = sys.argv[1:]
with sync_playwright() as driver:
    browser = driver.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox"]
    )
    page = browser.new_page(viewport={"width": 1180, "height": 860})
    page.goto(link)
    page.wait_for_url(re.compile(r"/(\?.*)?$"))
    page.get_by_role("link", name="Settle").first.click()
    page.get_by_role("link", name="Not one of the choices").first.click()
    page.get_by_role("heading", name="Why it is asked").wait_for()
    page.screenshot(path=picture)
    browser.close()
PICTURE
kill -INT "$desk"
wait "$desk" || true
