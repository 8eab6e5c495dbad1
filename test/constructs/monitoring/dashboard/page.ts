import type { Annotation, Widget } from './body.ts';

/** Width of a column and height of a row on a screen of 1920 by 1080, less the console's own margins (pixels). */
const COLUMN = 78;
const ROW = 47;

const LINE_COLORS = ['#1f77b4', '#9467bd', '#2ca02c', '#8c564b', '#17becf'];

/** An HTML page that looks like the dashboard with such widgets would, with invented values near the limits. */
export function pageOf(widgets: readonly Widget[]): string {
  return `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; font: 13px sans-serif; background: #f2f3f3; width: ${24 * COLUMN}px; }
  section { position: absolute; box-sizing: border-box; padding: 2px; overflow: hidden; }
  section > div { background: #fff; border: 1px solid #ccc; height: 100%; box-sizing: border-box; padding: 4px 8px; overflow: hidden; }
  section.text > div { background: none; border: none; }
  h2 { margin: 0; font-size: 20px; } h3 { margin: 0; font-size: 16px; } h4 { margin: 0; font-size: 13px; white-space: nowrap; }
  .light { display: inline-block; width: 12%; overflow: hidden; white-space: nowrap; font-size: 11px; background: #e6f4ea; margin: 1px; }
  .legend { font-size: 10px; white-space: nowrap; }
  </style>${widgets.map(section).join('')}`;
}

function section(widget: Widget): string {
  const { type, x, y, width, height } = widget;
  const place = `left:${x * COLUMN}px;top:${y * ROW}px;width:${width * COLUMN}px;height:${height * ROW}px`;
  return `<section class="${type}" style="${place}"><div>${content(widget)}</div></section>`;
}

function content(widget: Widget): string {
  const { title = '', markdown = '', alarms = [] } = widget.properties;
  if (widget.type === 'text')
    return markdown.replace(
      /^(#+) (.*)$/,
      (_all, marks: string, text) => `<h${marks.length}>${text}</h${marks.length}>`,
    );
  if (widget.type === 'alarm')
    return `<h4>${title}</h4>${alarms.map((alarm) => `<span class="light">${alarm}</span>`).join('')}`;
  return `<h4>${title}</h4>${graph(widget)}`;
}

function graph({ width, height, properties }: Widget): string {
  const limits = properties.annotations?.horizontal ?? [];
  const lines = (properties.metrics ?? []).map(optionsOf).filter(({ visible }) => visible !== false);
  const most = properties.yAxis?.left?.max ?? Math.max(...limits.map(({ value }) => value), 1) * 1.2;
  const size = { width: width * COLUMN - 24, height: height * ROW - 62, most };
  return `<svg width="${size.width}" height="${size.height}">${limits.map((limit) => limitLine(limit, size)).join('')}${lines
    .map((_line, index) =>
      polyline(index, limits[index % Math.max(limits.length, 1)]?.value ?? most / 2, size),
    )
    .join(
      '',
    )}</svg><div class="legend">${lines.map(({ label }, index) => `<span style="color:${LINE_COLORS[index % 5]}">■</span> ${label} `).join('')}</div>`;
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly most: number;
}

function limitLine({ value, label, color }: Annotation, { width, height, most }: Size): string {
  const y = height * (1 - value / most);
  return `<line x1="0" x2="${width}" y1="${y}" y2="${y}" stroke="${color}" stroke-dasharray="4"/><text x="4" y="${y - 3}" font-size="10" fill="${color}">${label} ${value}</text>`;
}

function polyline(index: number, near: number, { width, height, most }: Size): string {
  const points = Array.from({ length: 60 }, (_, step) => {
    const value = near * (0.6 + 0.15 * Math.sin(step / 6 + index) + 0.05 * Math.sin(step * 1.7 + index));
    return `${(width * step) / 59},${height * (1 - value / most)}`;
  });
  return `<polyline fill="none" stroke="${LINE_COLORS[index % 5]}" stroke-width="1.5" points="${points.join(' ')}"/>`;
}

/** Metrics are lists that end in an object of options; an expression is nothing else. */
function optionsOf(metric: readonly unknown[]): { readonly label?: string; readonly visible?: boolean } {
  return Object(metric.at(-1));
}
