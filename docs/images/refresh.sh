#!/usr/bin/env bash
# Makes the pictures of README.md anew from the demo; needs LibreOffice and pdftoppm.
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
picture summary "$work"/demo/output/2026/summary.xlsx 1 -x 40 -y 50 -W 750 -H 850
