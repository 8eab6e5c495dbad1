/** How reports of restore tests look, whoever writes them: by screen, by paper, in the dark. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1rem; }
main { max-width: 60rem; margin: auto; }
.verdict { font-size: 1.3rem; font-weight: 600; padding: .6rem 1rem; border-left: .4rem solid; }
.verdict.passed { border-color: #1a7f37; } .verdict.failed { border-color: #cf222e; }
dl div { display: grid; grid-template-columns: 10rem 1fr; gap: .5rem; padding: .2rem 0; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 1rem 0 .3rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #8885; }
td:nth-child(2) { white-space: nowrap; } td:last-child { overflow-wrap: anywhere; }
tbody th { font-weight: 400; }
tr.failed td, tr.failed th { background: #cf222e22; } tr.failed td:nth-child(2) { font-weight: 700; }
@media (max-width: 40rem) { dl div { grid-template-columns: 1fr; gap: 0; padding: .4rem 0; } }
@media print { body { padding: 0; } tr { break-inside: avoid; } }
`;
