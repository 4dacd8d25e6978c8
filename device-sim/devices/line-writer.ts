import { LineDevice } from '../hardware/line-device.ts'
import type { Metric } from '../scenario/device-options.ts'
import type { DevicePort } from './device-port.ts'
import { ENCODINGS, lineText } from './encodings.ts'
import type { SensorWiring } from './simulated-device.ts'
import type { PortDevice, WiredComponent } from './wired-component.ts'

/** A concentrator that writes a line of text for each component: `C01 tilt=1.24 open=0 water=0.212`. */
export class LineWriter implements PortDevice {
  readonly #everyMs: number
  readonly #lines: { component: WiredComponent; device: LineDevice; nextMs: number }[]

  constructor(
    port: DevicePort,
    components: readonly WiredComponent[],
    everyMs: number,
    elapsedMs: () => number,
  ) {
    this.#everyMs = everyMs
    this.#lines = components.map((component, index) => ({
      component,
      device: new LineDevice(port, {
        template: templateOf(component),
        values: Object.fromEntries(
          [...component.sensors].map(([metric, sensor]) => {
            const { line } = ENCODINGS[metric]
            return [line.word, () => lineText(line, sensor(elapsedMs()))]
          }),
        ),
      }),
      // They do not all write at once.
      nextMs: (everyMs * index) / components.length,
    }))
  }

  wiringOf(component: WiredComponent, metric: Metric): SensorWiring {
    return { driver: 'line', regex: regexOf(component), group: ENCODINGS[metric].line.word }
  }

  advance(elapsedMs: number): void {
    for (const line of this.#lines) {
      if (elapsedMs < line.nextMs) continue
      // After a pause a line does not catch up.
      line.nextMs += this.#everyMs * Math.ceil((elapsedMs - line.nextMs + 1) / this.#everyMs)
      if (!line.component.isSilent(elapsedMs)) line.device.writeLine()
    }
  }

  stop(): void {
    this.#lines.length = 0
  }
}

const nameOf = ({ number }: WiredComponent): string => `C${String(number).padStart(2, '0')}`
const wordsOf = ({ sensors }: WiredComponent): string[] =>
  [...sensors.keys()].map((metric) => ENCODINGS[metric].line.word)

function templateOf(component: WiredComponent): string {
  return [nameOf(component), ...wordsOf(component).map((word) => `${word}={${word}}`)].join(' ')
}

function regexOf(component: WiredComponent): string {
  return `^${[nameOf(component), ...wordsOf(component).map((word) => `${word}=(?<${word}>\\S*)`)].join(' ')}\\r?$`
}
