import { z } from 'zod'
import { METRICS_OF } from './device-options.ts'
import { AT_COMPONENTS, COMMON } from './happening-fields.ts'
import { DrawnDuration, drawnAmount, SignedDuration } from './quantities.ts'

/**
 * What may happen in a scenario: one schema for each `what`, with its arguments. Every number may be a range, of
 * which each occurrence draws its own.
 */

const Port = z.string().optional().describe('name of the port; absent: every port of the device')
const METRICS = [...new Set([...METRICS_OF.manhole, ...METRICS_OF.lamp])]
const OneMetric = z.enum(METRICS).meta({ form: 'metric' }).describe('of the sensor')

const atComponents = <What extends string, Args extends z.core.$ZodLooseShape>(
  what: What,
  about: string,
  args: Args,
) => z.strictObject({ what: z.literal(what), ...COMMON, ...AT_COMPONENTS, ...args }).describe(about)

const atDevice = <What extends string, Args extends z.core.$ZodLooseShape>(
  what: What,
  about: string,
  args: Args,
) => z.strictObject({ what: z.literal(what), ...COMMON, ...args }).describe(about)

/** Physical happenings at components. */
const PHYSICAL = [
  atComponents('tilts', 'the cover or pole leans over and stays so; laid back at the end', {
    deg: drawnAmount(-180, 180).describe('away from how it was installed'),
    over: DrawnDuration.prefault('1s').describe('how long the leaning takes'),
  }),
  atComponents('truck', 'traffic: the cover shakes for less than 2 s, past any threshold', {
    deg: drawnAmount(1, 90).prefault([20, 60]).describe('first peak'),
    rattles: z.boolean().default(true).describe('the switch of the cover rattles too'),
  }),
  atComponents('settles', 'the cover or pole settles slowly; what has settled stays', {
    degPerDay: drawnAmount(-2000, 2000),
  }),
  atComponents('opens', 'someone lifts the lid: switch open and lid tilted; closed at the end', {
    deg: drawnAmount(-180, 180).prefault(75).describe('of the lid; 0 is pushed aside, lying flat'),
  }),
  atComponents('rain', 'water rises steadily to the end, then runs off; leakage of lamps wanders', {
    m: drawnAmount(0, 10).prefault(0.2).describe('water at the end of the rain, above what was there'),
    recedes: DrawnDuration.prefault('2h').describe('how long it takes to run off'),
    ma: drawnAmount(0, 1000).prefault(8).describe('largest swing of a lamp’s leakage current'),
  }),
  atComponents('burst', 'a pipe bursts: water rises fast, and runs off after the end', {
    m: drawnAmount(0, 20),
    over: DrawnDuration.prefault('5min').describe('how long it takes to rise'),
    recedes: DrawnDuration.prefault('30min'),
  }),
  atComponents('gas-leaks', 'combustible gas gathers in the well, and fades after the end', {
    pct: drawnAmount(0, 200).describe('of the lower explosive limit'),
    over: DrawnDuration.prefault('1min').describe('how long it takes to gather'),
    fades: DrawnDuration.prefault('2min'),
  }),
  atComponents('battery-drains', 'the battery empties; a new one at the end', {
    pct: drawnAmount(0, 100).describe('what is left'),
    over: DrawnDuration.prefault('1h').describe('how long it takes'),
  }),
  atComponents('battery-sags', 'voltage sags while the radio sends', {
    pct: drawnAmount(0, 100).describe('by how much'),
  }),
  atComponents('heats', 'something heats up, and cools down after the end', {
    c: drawnAmount(-60, 250).describe('by how much, K'),
    over: DrawnDuration.describe('how long it takes'),
    cools: DrawnDuration.prefault('10min'),
  }),
  atComponents('lamp-dies', 'no current, whatever the light; a new lamp at the end', {}),
  atComponents('flickers', 'the lamp goes out and on again and again', {
    period: DrawnDuration.prefault('4s').describe('out and on, drawn once for the occurrence'),
  }),
  atComponents('stays-on', 'the lamp’s switch sticks: it burns by day', {}),
  atComponents('dims', 'half-night dimming: less current, the lamp burns', {
    pct: drawnAmount(1, 100).describe('of the full current'),
  }),
  atComponents('headlights', 'a car shines on the light sensor', { lux: drawnAmount(0, 10_000) }),
  atComponents('clouds', 'dark clouds take away light of the sky; photocells see it too', {
    pct: drawnAmount(0, 100).describe('how much they take'),
    over: DrawnDuration.prefault('3min').describe('how long they take to come, and to go'),
  }),
  atComponents('sensor-covered', 'a leaf lies on the light sensor', {
    pct: drawnAmount(0, 100).describe('how much it takes'),
  }),
  atComponents('mains', 'mains voltage is elsewhere: dip, swell, brown-out, power cut', {
    v: drawnAmount(0, 500),
    over: DrawnDuration.prefault('100ms').describe('how long it takes to get there, and back'),
  }),
  atComponents('leaks', 'current leaks to earth', {
    ma: drawnAmount(0, 10_000),
    over: DrawnDuration.prefault('5s').describe('how long it takes to get there'),
  }),
  atComponents('phase-shifts', 'the lamp hangs on another phase', {
    deg: drawnAmount(-180, 180).describe('away from its own'),
  }),
  atComponents('door-opens', 'the cabinet door stands open', {}),
  atComponents('wind', 'the pole sways to and fro', {
    deg: drawnAmount(0, 45).describe('largest angle to each side'),
    period: DrawnDuration.prefault(['2s', '5s']).describe('of the swaying'),
  }),
] as const

/** What goes wrong with one sensor; nothing is wrong with what it measures. */
const SENSORS = [
  atComponents('freezes', 'the sensor repeats its last value', { metric: OneMetric }),
  atComponents('reads', 'the sensor reads something else', {
    metric: OneMetric,
    value: drawnAmount(-1e6, 1e6),
  }),
  atComponents('noise', 'noise on the sensor’s wire', {
    metric: OneMetric,
    by: drawnAmount(0, 1e5).describe('largest error, in the metric’s unit'),
  }),
  atComponents('bounces', 'the contact of a switch bounces', {
    metric: z.enum(['cover_open', 'door_open']).describe('which switch'),
    period: DrawnDuration.prefault('300ms').describe('closed and open'),
  }),
  atComponents('overflows', 'the register stands at its last value', { metric: OneMetric }),
  atComponents('not-a-number', 'the sensor says NaN', { metric: OneMetric }),
  atComponents('falls-silent', 'nothing comes of the component, or of one sensor', {
    metric: OneMetric.optional().describe('absent: all of its sensors'),
  }),
] as const

/** What goes wrong between sensors and gateway. */
const LINES = [
  atComponents('answers-late', 'the slave thinks for longer', {
    by: DrawnDuration.describe('before each answer'),
  }),
  atComponents('refuses', 'the slave answers exceptions', {
    code: z.int().min(1).max(11).default(4).describe('exception code; 4 is a device failure, 6 busy'),
  }),
  atComponents('answers-damaged', 'answers come with a wrong checksum', {}),
  atComponents('node-restarts', 'a new battery: the node starts anew', {}),
  atDevice('circuit-cut', 'the cable of a circuit is cut: all of its lamps are silent', {
    circuit: z.int().min(1).default(1).describe('number of the circuit'),
  }),
  atDevice('radio', 'the radio gets worse', {
    lost: z.number().min(0).max(1).default(0).describe('share of the frames'),
    repeated: z.number().min(0).max(1).default(0),
    flipped: z.number().min(0).max(1).default(0).describe('share with a bit that flipped'),
  }),
  atDevice('garbage', 'bytes that mean nothing, among the others', {
    port: Port,
    bytesPerS: drawnAmount(1, 5000).prefault(50),
  }),
  atDevice('wrong-baud', 'the device speaks at another rate than the port is open at', {
    port: Port,
    baud: z.int().min(300).max(4_000_000).default(4800).describe('of the device'),
  }),
  atDevice('unplugged', 'the cable is pulled, and plugged in again at the end: the port is gone meanwhile', {
    port: Port,
  }),
  atDevice('power-lost', 'the device has no power: its ports stay, and say nothing', {}),
] as const

/** Receivers: what they see and what they tell. */
const RECEIVERS_ALONE = [
  atDevice('tunnel', 'a roof over all receivers: no satellite, and an error after it', {}),
  atDevice('antenna-off', 'a receiver sees no satellite: status V', { port: Port }),
  atDevice('receiver-dead', 'a receiver writes nothing, and starts anew at the end', { port: Port }),
  atDevice('position-freezes', 'a receiver says one position again and again', {
    port: Port,
    clock: z.boolean().default(false).describe('the time stands still too'),
  }),
  atDevice('positions-copied', 'the positions of some time before, with the time of now', {
    port: Port,
    lag: DrawnDuration.prefault('5min').describe('how long before'),
  }),
  atDevice('spoofed', 'the whole track is moved', {
    port: Port,
    eastM: drawnAmount(-100_000, 100_000),
    northM: drawnAmount(-100_000, 100_000),
  }),
  atDevice('receiver-clock-jumps', 'the time of a receiver is off', { port: Port, by: SignedDuration }),
  atDevice('week-rollover', 'the dates of a receiver are 1024 weeks early from now on', { port: Port }),
] as const

/** What the simulator does not do itself: it is told in the truth and to whoever runs the scenario. */
const TOLD = [
  atDevice('clock-step', 'the system clock of the gateway steps', {
    by: SignedDuration,
  }),
  atDevice('uplink-lost', 'the gateway does not reach the hub', {}),
  atDevice('gateway-restarts', 'the gateway is ended; started anew at the end', {}),
] as const

export const Happening = z.discriminatedUnion('what', [
  ...PHYSICAL,
  ...SENSORS,
  ...LINES,
  ...RECEIVERS_ALONE,
  ...TOLD,
])
export type Happening = z.output<typeof Happening>
export type What = Happening['what']
