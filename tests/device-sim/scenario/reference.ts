import type { z } from 'zod'
import { ENCODINGS } from '../../../device-sim/devices/encodings.ts'
import { APPLIES } from '../../../device-sim/scenario/applies.ts'
import {
  EbikeDevice,
  LampDevice,
  ManholeDevice,
  METRICS_OF,
} from '../../../device-sim/scenario/device-options.ts'
import { isSwitch } from '../../../device-sim/scenario/device-ports.ts'
import { AT_COMPONENTS, COMMON } from '../../../device-sim/scenario/happening-fields.ts'
import { Happening, type What } from '../../../device-sim/scenario/happenings.ts'
import { ScenarioFile } from '../../../device-sim/scenario/scenario-file.ts'

/** The reference in docs/simulator.md, made from the schemas and the wiring itself. */

export const SIMULATOR_PAGE = new URL('../../../docs/simulator.md', import.meta.url)

const begin = (part: string) => `<!-- ${part}: made by tests/device-sim/scenario/rebuild-reference.ts -->`
const end = (part: string) => `<!-- end of ${part} -->`

/** The page with its made parts made anew. @throws Error where the page lacks the marks of a part. */
export function withReference(page: string): string {
  let out = page
  for (const [part, table] of Object.entries({
    'scenario fields': fields(),
    happenings: happenings(),
    wiring: wiring(),
  })) {
    const from = out.indexOf(begin(part))
    const to = out.indexOf(end(part))
    if (from < 0 || to < from) throw new Error(`docs/simulator.md: expected ${begin(part)} and ${end(part)}`)
    out = `${out.slice(0, from)}${begin(part)}\n\n${table}\n\n${out.slice(to)}`
  }
  return out
}

type Schema = z.core.$ZodType
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const code = (text: string) => `\`${text}\``
const list = (items: readonly string[]) => items.map(code).join(', ')

function fields(): string {
  const rowsOf = (shape: Record<string, Schema>, leaveOut: readonly string[] = []) =>
    Object.entries(shape)
      .filter(([name]) => !leaveOut.includes(name))
      .map(([name, schema]) => [code(name), formOf(schema), defaultOf(schema), aboutOf(schema)])
  const head = ['field', 'value', 'default', '']
  const { kind: _, ...receivers } = EbikeDevice.shape
  const { kind: __, ...covers } = ManholeDevice.shape
  const { kind: ___, ...lamps } = LampDevice.shape
  const own = Object.entries(lamps).filter(
    ([name]) => !(name in covers) || name === 'wired' || name === 'metrics',
  )
  return [
    '### The file',
    table(head, rowsOf(ScenarioFile.shape)),
    '### Devices: `ebike` and `terminal`',
    table(head, rowsOf(receivers)),
    '### Devices: `manhole` and `lamp`',
    table(head, rowsOf(covers, ['wired', 'metrics'])),
    'Covers besides:',
    table(head, rowsOf({ wired: covers.wired, metrics: covers.metrics })),
    'Lamps besides:',
    table(head, rowsOf(Object.fromEntries(own))),
    '### Every happening',
    table(head, [[code('what'), 'see below', 'required', ''], ...rowsOf(COMMON)]),
    'Those at components besides:',
    table(head, rowsOf(AT_COMPONENTS)),
  ].join('\n\n')
}

const GROUPS: [string, (what: What) => boolean][] = [
  ['At covers and lamps', (what) => at(what) && APPLIES[what].metrics !== undefined],
  [
    'Sensors that lie',
    (what) => at(what) && APPLIES[what].metrics === undefined && APPLIES[what].wired?.length !== 1,
  ],
  [
    'Between sensors and gateway',
    (what) =>
      (at(what) && APPLIES[what].wired?.length === 1) ||
      (!at(what) && APPLIES[what].kinds.includes('manhole') && !told(what)) ||
      what === 'circuit-cut',
  ],
  [
    'Receivers',
    (what) => !at(what) && APPLIES[what].kinds.every((kind) => kind === 'ebike' || kind === 'terminal'),
  ],
  ['Told, and left to whoever runs the scenario', (what) => told(what)],
]
const optionOf = (what: What) => Happening.options.find(({ shape }) => shape.what.value === what)!
const at = (what: What) => 'component' in optionOf(what).shape
const told = (what: What) => what === 'clock-step' || what === 'uplink-lost' || what === 'gateway-restarts'

function happenings(): string {
  const whats = Happening.options.map(({ shape }) => shape.what.value)
  const parts = GROUPS.map(([title, belongs]) => {
    const rows = whats.filter(belongs).map(happeningRow)
    return `### ${title}\n\n${table(['`what`', '', 'arguments', 'happens to', 'lasts, without `for`'], rows)}`
  })
  const left = whats.filter((what) => GROUPS.filter(([, belongs]) => belongs(what)).length !== 1)
  if (left.length > 0) throw new Error(`expected each happening in one group: ${left.join(', ')}`)
  return parts.join('\n\n')
}

function happeningRow(what: What): string[] {
  const option = optionOf(what)
  const { kinds, wired, lasts } = APPLIES[what]
  const args = Object.entries(option.shape as Record<string, Schema>)
    .filter(([name]) => name !== 'what' && !(name in COMMON) && !(name in AT_COMPONENTS))
    .map(([name, schema]) => {
      const preset = defaultOf(schema)
      const about = aboutOf(schema)
      return `${code(name)} ${formOf(schema)}${preset === '' || preset === 'required' ? '' : `, default ${preset}`}${preset === 'required' ? ', required' : ''}${about === '' ? '' : `: ${about}`}`
    })
  return [
    code(what),
    aboutOf(option),
    args.join('<br>'),
    `${kinds.length === 4 ? 'all' : kinds.join(', ')}${wired ? ` wired by ${list(wired)}` : ''}`,
    lasts === undefined ? 'to the end' : lasts === '0s' ? 'a moment' : lasts,
  ]
}

function wiring(): string {
  const kindsOf = (metric: string) =>
    (['manhole', 'lamp'] as const).filter((kind) => METRICS_OF[kind].some((one) => one === metric)).join(', ')
  const rows = Object.entries(ENCODINGS).map(([metric, { register, node, line, volts }]) => {
    const { table: registers, type, order, scale, noValue } = register
    const modbus =
      type === undefined
        ? code(registers)
        : [
            code(type),
            ...(order ? [order] : []),
            ...(scale === undefined ? [] : [`× ${scale}`]),
            ...(noValue ? [`none ${noValue.join(', ')}`] : []),
          ].join(', ')
    return [
      code(metric),
      kindsOf(metric),
      isSwitch(metric as keyof typeof ENCODINGS) ? 'digital pin, open is 1' : `${volts[0]} … ${volts[1]}`,
      modbus,
      `${node.code}, × ${node.scale}`,
      code(`${line.word}=`),
    ]
  })
  return table(
    ['metric', 'at', '`firmata`: 0 … full scale', '`modbus`', '`node-frames`: code, step', '`line`'],
    rows,
  )
}

/** The schema under optional, default and prefault; and its `meta`, wherever in that chain it stands. */
function chain(schema: Schema): Schema[] {
  const { def } = schema._zod as { def: { innerType?: Schema } }
  return def.innerType ? [schema, ...chain(def.innerType)] : [schema]
}

const metaOf = (schema: Schema) =>
  (schema as z.ZodType).meta() as { form?: string; description?: string } | undefined
const aboutOf = (schema: Schema): string =>
  chain(schema)
    .map((one) => metaOf(one)?.description)
    .find((description) => description !== undefined) ?? ''

function formOf(schema: Schema): string {
  const form = chain(schema)
    .map((one) => metaOf(one)?.form)
    .find((found) => found !== undefined)
  if (form !== undefined) return form
  const inner = chain(schema).at(-1)!
  const { def } = inner._zod as unknown as {
    def: { type: string; entries?: Record<string, string>; element?: Schema; format?: string }
  }
  if (def.type === 'enum') return list(Object.values(def.entries!))
  if (def.type === 'array')
    return `list${def.element && (def.element._zod.def as { type: string }).type === 'enum' ? ` of ${formOf(def.element)}` : ''}`
  if (def.type === 'object') {
    const { shape } = inner as z.ZodObject
    return `{ ${Object.keys(shape).map(code).join(', ')} }`
  }
  if (def.type === 'number') {
    const { minValue, maxValue } = inner as z.ZodNumber
    return minValue !== null && maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER
      ? `${minValue} … ${maxValue}`
      : 'number'
  }
  return def.type === 'boolean'
    ? '`true`, `false`'
    : def.type === 'union'
      ? 'list'
      : def.type === 'string'
        ? 'text'
        : def.type
}

function defaultOf(schema: Schema): string {
  const { def } = schema._zod as { def: { type: string; defaultValue?: unknown } }
  if (def.type === 'optional') return ''
  if (def.type !== 'default' && def.type !== 'prefault') return 'required'
  const value = def.defaultValue
  return code(Array.isArray(value) ? `[${value.join(', ')}]` : String(value))
}
