import type { FirmataIo } from 'firmata-io'
import type { DriverContext } from '../driver.ts'
import { AnalogInputs } from './analog-inputs.ts'
import { analogPin, askPinState, checkInputPin, i2cPins } from './board-pins.ts'
import { DigitalInputs } from './digital-inputs.ts'
import type { FirmataSensorConfig } from './firmata-config.ts'
import { I2cBus } from './i2c-bus.ts'
import { type I2cSensor, type I2cState, startI2cSensors } from './i2c-sensors.ts'

/** The board is asked so often whether it is there, and what its digital inputs are. */
const ASK_EVERY_MS = 2000
/** A pull-up takes a moment to charge the capacitance of a long cable. */
const FIRST_ASK_MS = 50
/** So many sampling intervals without a report. */
const SILENT_SAMPLES = 5

export interface WiredSensor {
  sensor: FirmataSensorConfig
  onValue: (value: number) => void
  onI2cState: (state: I2cState, detail: string) => void
  /** The board cannot read it; the reason says what the board has. */
  onRefused: (reason: string) => void
}

/**
 * The sensors of a board that has said what it can do. In: the board's reports and answers. Out: values of each
 * sensor; which of them the board cannot read; `onFailure` where the board has restarted. The board is asked every
 * two seconds, so that an input that never changes is heard of too, by the board's own word.
 */
export function wireSensors(
  io: FirmataIo,
  sensors: readonly WiredSensor[],
  samplingMs: number,
  context: Pick<DriverContext, 'onSense' | 'onFailure' | 'count'>,
): { stop(): void } {
  // A board that did not reset goes on with what another program told it.
  io.reset()
  io.setSamplingInterval(samplingMs)
  const analog = new AnalogInputs(io)
  const digital = new DigitalInputs(io, context)
  const analogPins = new Set<number>()
  const chips: I2cSensor[] = []
  const busPins = i2cPins(io)
  const busIsUsed = sensors.some(({ sensor }) => sensor.i2c !== undefined)

  for (const wired of sensors) {
    try {
      wire(wired)
    } catch (error) {
      wired.onRefused((error as Error).message)
    }
  }

  /** @throws Error that says what the board has. */
  function wire({ sensor, onValue, onI2cState }: WiredSensor): void {
    const { channel = '', i2c } = sensor
    const number = Number(channel.slice(1))
    if (i2c) {
      if (busPins.length === 0) throw new Error('the board has no I²C bus')
      chips.push({ i2c, onValue, onState: onI2cState })
    } else if (channel.startsWith('A')) wireAnalog(number, sensor, onValue)
    else wireDigital(number, sensor, onValue)
  }

  function wireAnalog(
    channel: number,
    { scale }: FirmataSensorConfig,
    onValue: (value: number) => void,
  ): void {
    const pin = analogPin(io, channel)
    refuseBusPin(pin)
    if (digital.pins.includes(pin))
      throw new Error(`it is pin D${pin}, which another sensor reads as digital`)
    analogPins.add(pin)
    const [atZero, atFull] = scale!
    analog.read(channel, (share) => {
      context.onSense()
      context.count('reports')
      onValue(atZero + (atFull - atZero) * share)
    })
  }

  function wireDigital(
    pin: number,
    { pullUp = false, invert = false }: FirmataSensorConfig,
    onValue: (value: number) => void,
  ): void {
    checkInputPin(io, pin, pullUp)
    refuseBusPin(pin)
    if (analogPins.has(pin)) throw new Error('another sensor reads this pin as analog')
    digital.read(pin, pullUp, (level) => {
      context.count('reports')
      onValue(invert ? 1 - level : level)
    })
  }

  function refuseBusPin(pin: number): void {
    if (busIsUsed && busPins.includes(pin))
      throw new Error(`pin ${pin} is a line of the board's I²C bus, which other sensors of this board use`)
  }

  const bus = chips.length > 0 ? new I2cBus(io, busPins) : undefined
  const polling = bus && startI2cSensors(bus, chips, context)

  // Any pin can say whether the board is there, but those of the I²C bus: answers about them are the bus' own.
  const alivePin = digital.pins[0] ?? io.pins.findIndex((_, pin) => !busPins.includes(pin))
  io.on(`pin-state-${alivePin}`, context.onSense)
  io.once(`pin-state-${alivePin}`, () =>
    // Only from here on: some firmware may say its version when it is told to reset.
    io.on('reportversion', () =>
      context.onFailure(new Error('the board has restarted by itself: check its power; opening it anew')),
    ),
  )
  function ask(): void {
    if (digital.pins.length === 0) askPinState(io, alivePin)
    digital.ask()
    const askedAgain = analog.askSilent(Math.max(ASK_EVERY_MS, SILENT_SAMPLES * samplingMs))
    if (askedAgain > 0) context.count('asked-again', askedAgain)
    timer = setTimeout(ask, ASK_EVERY_MS)
  }
  let timer = setTimeout(ask, FIRST_ASK_MS)

  return {
    stop() {
      clearTimeout(timer)
      digital.stop()
      polling?.stop()
      bus?.stop()
    },
  }
}
