"""How a report looks: light, dark, narrow, and always light on paper. Charts take their colours from here too."""

LIGHT = """
--ground:#FFFFFF; --surface:#F3F7FA; --text:#14212E; --quiet:#4A5B6C; --rule:#D5DEE6; --primary:#0B5CAD;
--s0:#0B5CAD; --s1:#C2480A; --s2:#620E38; --s3:#17A1A1; --full:#8A97A3;
"""
DARK = """
--ground:#0F1720; --surface:#18232E; --text:#E6EDF3; --quiet:#9FB0C0; --rule:#314252; --primary:#6CB4F0;
--s0:#5AA9EE; --s1:#FF9A5A; --s2:#C2407F; --s3:#B4FDEB; --full:#5B6B7A;
"""

THEMES = f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
@media print {{ :root {{ color-scheme: light; }} }}
"""

CHART = """
.chart { background: var(--ground); font: 12px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
.chart text { fill: var(--text); font-variant-numeric: tabular-nums; }
.chart .title { font-size: 14px; font-weight: 600; }
.chart .bold { font-weight: 600; }
.chart .quiet { fill: var(--quiet); }
.chart .small { font-size: 9px; }
.chart .grid { stroke: var(--rule); }
.chart .axis { stroke: var(--quiet); }
.chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .dashed { stroke-dasharray: 5 4; }
.chart .pale { stroke-width: 1; stroke-opacity: .45; }
.chart .line.s0 { stroke: var(--s0); } .chart .dot.s0 { fill: var(--s0); }
.chart .line.s1 { stroke: var(--s1); } .chart .dot.s1 { fill: var(--s1); }
.chart .line.s2 { stroke: var(--s2); } .chart .dot.s2 { fill: var(--s2); }
.chart .line.s3 { stroke: var(--s3); } .chart .dot.s3 { fill: var(--s3); }
.chart .dot { stroke: var(--ground); }
.chart .cell { stroke: #14212E; stroke-opacity: .45; stroke-width: .6; }
.chart .ice { fill: #A9D3F0; }
.chart .flake { fill: none; stroke: #14212E; stroke-width: 1; }
.chart text.on-warm { fill: #14212E; font-size: 11px; }
.chart .best { stroke: #14212E; stroke-dasharray: 2 3; }
.chart .cell-of-matrix { stroke: var(--rule); stroke-width: .6; }
.chart .full { fill: var(--full); } .chart .more { fill: #C2480A; } .chart .less { fill: #0B5CAD; }
.chart text.on-strong { fill: #FFFFFF; }
"""

PAGE = """
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 58rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; padding-top: .75rem; border-top: 2px solid var(--primary); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, ul { margin: .5rem 0 1rem; max-width: 46rem; }
li { margin: .25rem 0; }
header p { color: var(--quiet); font-size: .875rem; }
figure { margin: 1rem 0; }
figcaption, caption { color: var(--quiet); font-size: .875rem; text-align: left; }
caption { padding-bottom: .35rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.scroll:focus-visible { outline: 2px solid var(--primary); }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; min-width: min(50%, 24rem); }
th, td { padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule);
  overflow-wrap: normal; }
td.words, th.words { overflow-wrap: anywhere; min-width: 7rem; max-width: 30rem; }
tbody th.words { overflow-wrap: break-word; }
td.figure, th.figure { text-align: right; white-space: nowrap; padding: .25rem 0 .25rem .75rem; }
th.figure { white-space: normal; vertical-align: bottom; }
thead th { border-bottom: 2px solid var(--quiet); }
tbody th { font-weight: 500; }
.tables { display: flex; flex-wrap: wrap; gap: 0 2.5rem; align-items: start; }
.tables .scroll { flex: 0 1 auto; max-width: 100%; }
.tables table { min-width: 0; font-size: .8125rem; }
.tables th.words, .tables td.words { min-width: 4rem; }
.tables .figure { padding-left: .5rem; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem 1.5rem; align-items: start; }
.charts figure { margin: 0; }
.charts .wide { grid-column: 1 / -1; max-width: 27.5rem; }
.charts .large { grid-column: 1 / -1; }
.charts .scroll { margin: 0; }
.chart { display: block; width: 100%; height: auto; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: .75rem; padding: 0;
  list-style: none; max-width: none; }
.pictures img { width: 6rem; max-height: 6rem; object-fit: contain; background: var(--surface); display: block; }
.pictures .several { max-width: 6.8rem; }
.pictures .several img { width: 3.1rem; max-height: 3.1rem; display: inline-block; vertical-align: top;
  margin: 0 .15rem .15rem 0; }
.pictures b { display: block; font-weight: 600; }
.pictures li { font-size: .8125rem; line-height: 1.35; margin: 0; }
.pictures span { display: block; color: var(--quiet); }
pre { background: var(--surface); padding: .75rem; font: .8125rem/1.45 ui-monospace, Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; margin: .25rem 0 1rem; }
@media (max-width: 40rem) { .charts { grid-template-columns: minmax(0, 1fr); } body { padding-top: 1rem; } }
"""

PAPER = """
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page); font: 9pt sans-serif; } }
@media print {
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  h1, h2, h3, figcaption, caption { break-after: avoid; }
  h2 { border-top-width: 1px; }
  figure, tr, .whole, .pictures li { break-inside: avoid; }
  figure:has(.pictures), figure:has(pre) { break-inside: auto; }
  .tables { gap: 0 1.5rem; }
  thead { display: table-header-group; }
  p, li { orphans: 3; widows: 3; }
  .scroll { overflow: visible; }
  .chart { min-width: 0 !important; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  table { font-size: 8pt; }
  th, td { padding-right: .5rem; }
  td.figure, th.figure { padding-left: .5rem; }
  pre { font-size: 7.5pt; }
  .pictures { grid-template-columns: repeat(6, 1fr); }
  .pictures img { width: 2.2cm; max-height: 2.2cm; }
  .pictures .several img { width: 1.1cm; max-height: 1.1cm; }
  tbody th.words { overflow-wrap: anywhere; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
