export interface Bar {
  work: string
  server: string
  ratio: number
  least: number
  most: number
}

const [LEFT, WIDTH, ROW, GAP] = [150, 560, 20, 34]

/**
 * The ratios as bars, with a line from the least to the most of the rounds; SVG that follows the
 * reader's color scheme.
 */
export function picture(bars: Bar[], caption: string): string {
  const works = [...new Set(bars.map(({ work }) => work))]
  const widest = Math.max(1, ...bars.map(({ most }) => most))
  const x = (ratio: number) => LEFT + (ratio / widest) * WIDTH
  let y = 30
  const parts: string[] = []
  for (const work of works) {
    parts.push(`<text class="work" x="8" y="${y + 4}">${work}</text>`)
    y += 14
    for (const { server, ratio, least, most } of bars.filter((bar) => bar.work === work)) {
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${server}</text>`,
        `<rect class="${server === 'docket' ? 'ours' : 'bar'}" x="${LEFT}" y="${y + 2}" ` +
          `width="${(x(ratio) - LEFT).toFixed(1)}" height="${ROW - 5}" rx="2"/>`,
        `<path class="range" d="M${x(least).toFixed(1)} ${y + ROW / 2}H${x(most).toFixed(1)}"/>`,
        `<text class="figure" ` +
          `x="${(x(most) + 6).toFixed(1)}" y="${y + 13}">${ratio.toFixed(2)}</text>`,
      )
      y += ROW
    }
    y += GAP
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` +
    `${LEFT + WIDTH + 60} ${y + 4}" font-family="system-ui, sans-serif" font-size="12" ` +
    `role="img" aria-label="${caption}">
<style>
  svg { background: #fff } text { fill: #333 } .work { font-weight: 600; fill: #111 } .bar { ` +
    `fill: #b8c0cc } .ours { fill: #2f6fde }
  .range { stroke: #111; stroke-width: 1.5 } .caption { fill: #666 }
  @media (prefers-color-scheme: dark) { svg { background: #14171c } text { fill: #ccd3dc } ` +
    '.work { fill: #fff } .bar { fill: #4a5361 } .ours { fill: #6ea0ff } .range { stroke: #fff ' +
    `} .caption { fill: #98a2b0 } }
</style>
${parts.join('\n')}
<text class="caption" x="8" y="${y - 8}">${caption}</text>
</svg>
`
  )
}

export interface Point {
  work: string
  who: string
  /** Tasks in the table. */
  size: number
  /** Milliseconds. */
  p50: number
}

const [PANEL, HEIGHT, SPACE] = [110, 150, 54]

/**
 * A panel for each kind of work: the median against the size of the table, a line for each user.
 */
export function growthPicture(points: Point[], caption: string): string {
  const works = [...new Set(points.map(({ work }) => work))]
  const sizes = [...new Set(points.map(({ size }) => size))]
  const most = Math.max(...points.map(({ p50 }) => p50))
  const y = (p50: number) => 40 + HEIGHT * (1 - p50 / most)
  const parts = works.flatMap((work, index) => {
    const left = 40 + index * (PANEL + SPACE)
    const x = (size: number) =>
      left + (sizes.length > 1 ? (sizes.indexOf(size) / (sizes.length - 1)) * PANEL : PANEL / 2)
    const isUpper = (size: number, p50: number) =>
      points.every((point) => point.work !== work || point.size !== size || point.p50 <= p50)
    const lines = [...new Set(points.map(({ who }) => who))].flatMap((who) => {
      const own = points.filter((point) => point.work === work && point.who === who)
      const line = own.map(({ size, p50 }) => `${x(size).toFixed(1)},${y(p50).toFixed(1)}`)
      return [
        `<polyline class="${who}" points="${line.join(' ')}"/>`,
        ...own.map(
          ({ size, p50 }) =>
            `<text class="figure" text-anchor="middle" x="${x(size).toFixed(1)}" ` +
            `y="${(y(p50) + (isUpper(size, p50) ? -7 : 15)).toFixed(1)}">${p50}</text>`,
        ),
      ]
    })
    const ticks = sizes.map(
      (size) =>
        `<text class="caption" text-anchor="middle" ` +
        `x="${x(size).toFixed(1)}" y="${HEIGHT + 66}">${short(size)}</text>`,
    )
    return [`<text class="work" x="${left}" y="22">${work}</text>`, ...lines, ...ticks]
  })
  const width = 40 + works.length * (PANEL + SPACE) + 10
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` +
    `${width} ${HEIGHT + 120}" font-family="system-ui, sans-serif" font-size="11" role="img" ` +
    `aria-label="${caption}">
<style>
  svg { background: #fff } text { fill: #333 } .work { font-weight: 600; fill: #111 } ` +
    '.caption { fill: #666 } polyline { fill: none; stroke-width: 2.5 } .ordinary { stroke: ' +
    `#2f6fde } .heavy { stroke: #c2571a }
  @media (prefers-color-scheme: dark) { svg { background: #14171c } text { fill: #ccd3dc } ` +
    '.work { fill: #fff } .caption { fill: #98a2b0 } .ordinary { stroke: #6ea0ff } .heavy { ' +
    `stroke: #ff9a5c } }
</style>
${parts.join('\n')}
<polyline class="ordinary" points="40,${HEIGHT + 84} 60,${HEIGHT + 84}"/><text x="66" ` +
    `y="${HEIGHT + 88}">a user with 200 tasks</text>
<polyline class="heavy" points="220,${HEIGHT + 84} 240,${HEIGHT + 84}"/><text x="246" ` +
    `y="${HEIGHT + 88}">a user with 100,000</text>
<text class="caption" x="40" y="${HEIGHT + 110}">${caption}</text>
</svg>
`
  )
}

function short(size: number): string {
  return size >= 1_000_000 ? `${size / 1_000_000} M` : `${size / 1_000} k`
}
