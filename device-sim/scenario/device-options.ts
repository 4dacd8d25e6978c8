import { z } from 'zod'
import { ID_FORM, ID_PATTERN } from '../../proto/domain.ts'
import { Duration } from './quantities.ts'
import { RECEIVER_SETTINGS, SurroundingsSettings } from './receiver-settings.ts'

/** The devices of a scenario: who there is and how it is wired. */

const Id = z.string().regex(ID_PATTERN, `expected ${ID_FORM}`)

/** What each kind of component is measured by, in the order of its registers and codes. */
export const METRICS_OF = {
  manhole: ['tilt_deg', 'cover_open', 'water_depth_m', 'gas_lel_pct', 'battery_pct', 'temperature_c'],
  lamp: [
    'current_a',
    'light_lux',
    'mains_v',
    'leakage_ma',
    'phase_deg',
    'door_open',
    'tilt_deg',
    'temperature_c',
  ],
} as const

export type Metric = (typeof METRICS_OF)['manhole' | 'lamp'][number]

export const WIRINGS = ['firmata', 'modbus', 'node-frames', 'line'] as const
export type Wiring = (typeof WIRINGS)[number]

const Share = z.number('expected a share from 0 to 1').min(0).max(1)

const RECEIVER_DEVICE = {
  id: Id.describe('name of the device, and of its gateway'),
  receivers: z.int().min(1).max(2).default(1).describe('ports `gps`, `gps2`'),
  baud: z
    .int()
    .min(300)
    .max(4_000_000)
    .default(9600)
    .describe('told to the configuration; ptys have no rate'),
  beat: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'grid codes of the district to patrol; absent: grids shared out among the e-bikes and terminals',
    ),
  surroundings: SurroundingsSettings,
  ...RECEIVER_SETTINGS,
  second: z
    .strictObject(RECEIVER_SETTINGS)
    .optional()
    .describe('the same for the second receiver; absent: as for the first, with an error of its own'),
}

const COMPONENT_DEVICE = {
  id: RECEIVER_DEVICE.id,
  components: z
    .int()
    .min(1)
    .max(64, 'expected at most 64: make another device')
    .default(1)
    .describe('how many; neighbours in the district, numbered from 1'),
  every: Duration.prefault('1s').describe('`line`: how often each component writes a line'),
  wakes: Duration.prefault('1s').describe('`node-frames`: how often a node measures'),
  heartbeat: Duration.prefault('1h').describe(
    '`node-frames`: a frame at least so often, else only on alarm and on recovery',
  ),
  samplingMs: z
    .int()
    .min(10)
    .max(10_000)
    .default(100)
    .describe('`firmata`: how often the board is to report'),
  radio: z
    .strictObject({ lost: Share.default(0), repeated: Share.default(0), flipped: Share.default(0) })
    .optional()
    .describe('`node-frames`: shares of frames that the radio loses, repeats, damages'),
}

const metricsOf = (kind: keyof typeof METRICS_OF) =>
  z.array(z.enum(METRICS_OF[kind])).min(1).optional().describe('what is measured; absent: all of these')

export const EbikeDevice = z.strictObject({ kind: z.literal('ebike'), ...RECEIVER_DEVICE })
export const TerminalDevice = z.strictObject({ kind: z.literal('terminal'), ...RECEIVER_DEVICE })
export const ManholeDevice = z.strictObject({
  kind: z.literal('manhole'),
  ...COMPONENT_DEVICE,
  wired: z.enum(WIRINGS).default('node-frames').describe('how the sensors reach the gateway'),
  metrics: metricsOf('manhole'),
})
export const LampDevice = z.strictObject({
  kind: z.literal('lamp'),
  ...COMPONENT_DEVICE,
  wired: z.enum(WIRINGS).default('modbus').describe('how the sensors reach the gateway'),
  metrics: metricsOf('lamp'),
  circuits: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe('the lamps are shared out to so many circuits, in order'),
  switchedBy: z
    .enum(['photocell', 'sun'])
    .default('photocell')
    .describe('lamps burn below 40 lux of sky, or from sunset to sunrise'),
})

export const Device = z.discriminatedUnion('kind', [EbikeDevice, TerminalDevice, ManholeDevice, LampDevice])
export type Device = z.output<typeof Device>
export type ReceiverDevice = Extract<Device, { kind: 'ebike' | 'terminal' }>
export type ComponentDevice = Extract<Device, { kind: 'manhole' | 'lamp' }>
