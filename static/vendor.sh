#!/usr/bin/env bash
# Fetches the vendored front-end files from npm at pinned versions, licences kept, and makes the icon sprite.
# Run it from anywhere (`make vendor`); what it writes is committed, so nobody needs npm to run or test Rawat.
set -euo pipefail
cd "$(dirname "$0")"

HTMX=2.0.11          # npm's latest is 4.x: stay on 2
TABLER=1.6.1
TABLER_ICONS=3.51.0
CHARTJS=4.6.1
TOM_SELECT=2.6.2
ZXING=0.23.0         # reads barcodes where the browser itself cannot; loaded when a camera or photo is used
CODEMIRROR="@codemirror/view@6.43.15 @codemirror/state@6.7.6 @codemirror/commands@6.11.1 @codemirror/language@6.13.1
    @codemirror/autocomplete@6.20.4 @codemirror/lang-sql@6.10.0 @codemirror/streamparser@6.0.0
    @lezer/common@1.5.5 @lezer/highlight@1.2.5 @lezer/lr@1.4.12
    @marijn/find-cluster-break@1.0.4 crelt@1.0.7 style-mod@4.1.5 w3c-keyname@2.2.8"
ESBUILD=0.28.2       # makes one file of CodeMirror's parts; not shipped
AXE=4.14.1           # tests only

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

get() {  # get PACKAGE VERSION -> unpacked in $work/PACKAGE
    mkdir -p "$work/$1"
    tar -xzf "$work/$(cd "$work" && npm pack --silent "$1@$2" | tail -n 1)" -C "$work/$1" --strip-components=1
}
put() {  # put PACKAGE FILE TARGET: without the pointer to a source map that is not shipped
    mkdir -p "$(dirname "$3")"
    sed -e '/^\/\/# sourceMappingURL=/d' -e 's|/\*# sourceMappingURL=[^*]*\*/||' "$work/$1/$2" > "$3"
}

get htmx.org $HTMX
put htmx.org dist/htmx.min.js vendor/htmx/htmx.min.js
put htmx.org LICENSE vendor/htmx/LICENSE

get @tabler/icons $TABLER_ICONS
get @tabler/core $TABLER
put @tabler/core dist/css/tabler.min.css vendor/tabler/tabler.min.css
{   # the package names its licence (MIT) but ships no file of it: its own notice, with the text of the icons' licence
    grep -aom 3 -E 'Copyright 2018-[0-9]+ [^*]*' vendor/tabler/tabler.min.css
    echo
    sed -n '/^Permission/,$p' "$work/@tabler/icons/LICENSE"
} > vendor/tabler/LICENSE

get chart.js $CHARTJS
put chart.js dist/chart.umd.min.js vendor/chartjs/chart.umd.min.js
put chart.js LICENSE.md vendor/chartjs/LICENSE.md

get tom-select $TOM_SELECT
put tom-select dist/js/tom-select.base.min.js vendor/tom-select/tom-select.base.min.js
put tom-select dist/css/tom-select.min.css vendor/tom-select/tom-select.min.css
put tom-select LICENSE vendor/tom-select/LICENSE

get @zxing/library $ZXING
put @zxing/library umd/index.min.js vendor/zxing/zxing.min.js
put @zxing/library LICENSE vendor/zxing/LICENSE

# The SQL editor (static/sql-editor.js) imports these parts, and only they are in the bundle.
mkdir -p "$work/editor" vendor/codemirror
cat > "$work/editor/parts.js" <<'PARTS'
export { Compartment, EditorState } from "@codemirror/state";
export { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
export { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
export { sql, SQLite } from "@codemirror/lang-sql";
export { tags } from "@lezer/highlight";
PARTS
# shellcheck disable=SC2086  # a list of packages
npm install --prefix "$work/editor" --silent --no-audit --no-fund $CODEMIRROR "esbuild@$ESBUILD"
"$work/editor/node_modules/.bin/esbuild" "$work/editor/parts.js" --bundle --minify --format=esm \
    --legal-comments=none --log-level=warning --outfile="$work/editor/codemirror.min.js"
put editor codemirror.min.js vendor/codemirror/codemirror.min.js
{   # MIT all of them; their notices differ in the year alone
    (cd "$work/editor/node_modules" && grep -h '^Copyright' @codemirror/*/LICENSE @lezer/*/LICENSE @marijn/*/LICENSE \
        crelt/LICENSE style-mod/LICENSE w3c-keyname/LICENSE | sort -u)
    echo
    sed -n '/^Permission/,$p' "$work/editor/node_modules/@codemirror/view/LICENSE"
} > vendor/codemirror/LICENSE

get axe-core $AXE
put axe-core axe.min.js ../tests/browser/vendor/axe.min.js
put axe-core LICENSE ../tests/browser/vendor/LICENSE-axe

put @tabler/icons LICENSE vendor/tabler-icons/LICENSE

# One sprite: `name` is Tabler's outline icon of that name; `name=tabler` gives it a shorter name of ours.
# Templates use it by the macro `icon('name')`, which refers to `#i-name`.
icons=(
    # panel
    alert-circle alert-triangle armchair arrow-back-up ban bed building-hospital check checks chevron-down
    chevron-left chevron-right chevron-up circle-check circle-x clipboard-check clipboard-list clock-exclamation
    columns-3 copy device-tv dots-vertical download eye eye-check file-invoice file-search file-type-pdf filter
    filter-off history home-2 hourglass inbox loader-2 logout menu-2 package package-import paperclip pencil
    photo player-play plus printer report-analytics search send shopping-cart spray sun-moon tool trash
    trending-down trending-up truck-delivery x
    # portal and learning pages
    alert=alert-triangle bell bolt book bulb cal=calendar chart=chart-bar chat=message-circle
    checkc=circle-check clip=paperclip clock db=database edit file=file-text home info=info-circle key
    left=chevron-left link lock map phone pill play=player-play right=chevron-right route shield=shield-check
    star steth=stethoscope table user video wifi
    # more that views ask for
    activity adjustments archive arrow-down arrow-left arrow-right arrow-up arrows-exchange arrows-sort barcode
    box building building-bank building-store calculator calendar calendar-event calendar-plus calendar-time
    cash category certificate chart-bar circle-dashed circle-dot clipboard code dashboard database device-floppy
    discount door door-enter door-exit external-link eye-off file-check file-dollar file-import file-spreadsheet
    file-text flag flask folder gift hash heart heartbeat heart-rate-monitor help id id-badge-2 info-circle
    key-off language layout-grid list list-check list-details lock-open mail map-pin message messages microphone
    microphone-off minus note notes phone-off pin player-stop qrcode receipt refresh replace rotate-clockwise
    school schema section settings shield-check sitemap stack-2 stethoscope tag tags ticket transfer
    truck-return unlink upload user-check user-heart user-off user-plus user-x users users-group video-off wash
    world
)
{
    echo "<!-- Made by static/vendor.sh from Tabler Icons $TABLER_ICONS (MIT, static/vendor/tabler-icons/LICENSE). -->"
    printf '<svg xmlns="http://www.w3.org/2000/svg">'
    for entry in "${icons[@]}"; do
        echo "$entry"
    done | sort -u | while read -r entry; do
        name=${entry%%=*}
        source="$work/@tabler/icons/icons/outline/${entry#*=}.svg"
        if [ ! -f "$source" ]; then
            echo "no Tabler icon ${entry#*=}" >&2
            continue
        fi
        printf '\n<symbol id="i-%s" viewBox="0 0 24 24">%s</symbol>' "$name" \
            "$(sed -n '/^  <[a-z]/p' "$source" | sed '/M0 0h24v24H0z/d' | sed 's/^ *//; s| */>|/>|g' | tr -d '\n')"
    done
    printf '\n</svg>\n'
} > icons.svg
