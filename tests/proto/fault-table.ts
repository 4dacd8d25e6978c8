import type { Catalogue, FaultKind } from '../../proto/catalogue/catalogue.ts'

/** docs/faults-detected.md, made from the catalogue. */

export const FAULT_TABLE_PAGE = new URL('../../docs/faults-detected.md', import.meta.url)

const LIMIT_UNITS = {
  urgent_hours: '紧急工作时',
  working_hours: '工作时',
  working_days: '工作日',
} as const

const HEAD = `# Faults that gateways detect

This page is made from [the catalogue](catalogue.md): \`node_modules/.bin/node tests/proto/rebuild-fault-table.ts\` makes it anew.

A fault is raised where its metric stays at or beyond *raise* for the whole *hold*, and cleared where it
has come back to *clear* for two seconds, or with one reading where these come less often; between the two nothing changes. Every value can be replaced for a component.
*Limits* are the time to handle it in class A, B and C; the class that a kind has by itself is given before them.
*Confidence* says how well founded the numbers are: low means that you should set your own.

`

const TAIL = `
What the detectors do beyond a threshold and a hold:

| detector | what |
|---|---|
| \`tilt\` | judges the angle away from the background angle, which is learnt over quiet minutes and follows slow settling within limits, never an alarm; \`backgroundDeg\` pins it. From \`atOnceDeg\` it is raised at once. Shaking shorter than \`vibrationMs\` neither begins a hold nor ends one: the angle must be beyond on one side for most of the last while. A recovery lasts \`settleMs\`, or two seconds where readings come too slowly to show a swing |
| \`rate\` | the slope of a straight line through the last window, per minute; a window that is not nearly full is not judged, and what lasts less than a twelfth of it is no rise |
| \`lamp_out\`, \`lamp_on_by_day\` | judged only while the lamp should surely burn, or surely not: by a light sensor, the sun's elevation there and then, a schedule, or light and sun together (\`dueBy\`). The light is that of most of the last minute. Once raised, only the lamp itself ends it. Without mains voltage, where it is measured, a dark lamp is no fault of the lamp. A clock that has just been set says nothing |
| \`flicker\` | how often the lamp went on or off within the window |
| \`phase\` | the phase angle away from \`expectedDeg\`, the short way round |
| \`stuck\` | seconds without any change while readings go on; only sensors that are named |
| \`out_of_range\` | a value that a sound sensor cannot give; no other fault is judged by such values |
| \`silence\` | seconds without a reading. The time in which its circuit or its port is a case of its own does not count |
| \`circuit\` | how many members were heard within the window: none, and it is one case for the circuit instead of one for each. A port that went down while its members still spoke is a case of its own |
| \`gps_lost\` | seconds since any receiver of the gateway had a fix; the time in which their ports are a case does not count |
| \`port_silent\` | seconds since the port was open and spoke sense |

A fault that comes and goes is damped: raised three times within ten minutes, it clears only after it has been away
for a minute, doubled with each further time, up to ten minutes. Raising is never held back.
A reading that is no number is judged by nobody. All times run on a clock that never steps.
`

export function faultTablePage(catalogue: Catalogue): string {
  const rows = catalogue.faultNamesKnown().map((name) => row(catalogue, name))
  const head = [
    'kind',
    '中文',
    'metric',
    'raise',
    'clear',
    'hold',
    'class and limits',
    'source',
    'confidence',
  ]
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${HEAD}${lines.join('\n')}\n${TAIL}`
}

function row(catalogue: Catalogue, name: string): string[] {
  const kind = catalogue.faultKind(name)
  const unit = catalogue.metric(kind.metric)?.unit ?? ''
  const [beyond, back] = kind.raise > kind.clear ? ['≥', '≤'] : ['≤', '≥']
  const quantity = (sign: string, value: number) =>
    `${sign} ${value}${unit === '' || unit === '°' ? unit : ` ${unit}`}`
  const atOnce = kind.atOnceDeg === undefined ? '' : `; ≥ ${kind.atOnceDeg}° at once`
  return [
    `\`${name}\` ${kind.en}`,
    kind.zh,
    `\`${kind.metric}\`${kind.from === undefined ? '' : ` from \`${kind.from}\``}`,
    quantity(beyond!, kind.raise) + atOnce,
    quantity(back!, kind.clear),
    hold(kind),
    `${kind.class}: ${limits(catalogue, name)}`,
    kind.source,
    kind.confidence,
  ]
}

function hold({ holdMs, windowMs }: FaultKind): string {
  const held = holdMs === 0 ? '–' : duration(holdMs)
  return windowMs === undefined ? held : `${held}, window ${duration(windowMs)}`
}

const duration = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`)

function limits(catalogue: Catalogue, name: string): string {
  return (['A', 'B', 'C'] as const)
    .map((faultClass) => {
      const { unit, number } = catalogue.timeLimit(name, faultClass)
      return `${number} ${LIMIT_UNITS[unit]}`
    })
    .join(' / ')
}
