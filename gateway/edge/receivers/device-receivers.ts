import type { Fix } from '../../../proto/domain.ts'
import type { Log } from '../../foundation/log.ts'
import { ReceiverChoice } from './receiver-choice.ts'
import type { ReceiverChoiceRules, ReceiverPort } from './receiver-choice-config.ts'

/**
 * Which receiver of which device is used. In: the fixes of all NMEA ports. Out: the fixes of each device, from one
 * receiver at a time. The fixes of a device with one receiver pass as they are.
 */

export interface DeviceReceiversOptions {
  ports: readonly ReceiverPort[]
  /** Whose fixes they are where the port does not say it. */
  gateway: string
  rules: ReceiverChoiceRules
  /** Whether a receiver is to be used for such a fix. */
  isGood: (fix: Fix) => boolean
  onFix: (device: string, fix: Fix) => void
  log: Log
}

export class DeviceReceivers {
  readonly #options: DeviceReceiversOptions
  readonly #deviceOf: Map<string, string>
  /** Of the devices that have several receivers. */
  readonly #choices = new Map<string, ReceiverChoice>()

  constructor(options: DeviceReceiversOptions) {
    this.#options = options
    this.#deviceOf = new Map(options.ports.map(({ name, device }) => [name, device ?? options.gateway]))
    for (const device of new Set(this.#deviceOf.values())) {
      const ports = options.ports.filter(({ name }) => this.#deviceOf.get(name) === device)
      if (ports.length > 1) this.#choices.set(device, this.#choiceFor(device, ports))
    }
  }

  /** A fix came on a port; `atMs`: when, by a monotonic clock. @throws RangeError for a port that is none of these. */
  push(port: string, fix: Fix, atMs: number): void {
    const device = this.#device(port)
    const choice = this.#choices.get(device)
    if (choice) choice.push(port, fix, atMs)
    else this.#options.onFix(device, fix)
  }

  /** Whether the fixes of its device come from this port. */
  isUsed(port: string): boolean {
    const choice = this.#choices.get(this.#device(port))
    return !choice || choice.used === port
  }

  /** Counters for the health of a port; `receiver-used` is 1 or 0. Empty where the device has no other receiver. */
  countersOf(port: string): Record<string, number> {
    const choice = this.#choices.get(this.#device(port))
    if (!choice) return {}
    const { switches, overlap, frozen, disagree, timeSteps } = choice.countsOf(port)
    return {
      'receiver-used': choice.used === port ? 1 : 0,
      'receiver-switches': switches,
      'receiver-overlap': overlap,
      'receiver-frozen': frozen,
      'receivers-disagree': disagree,
      'receiver-time-steps': timeSteps,
    }
  }

  #device(port: string): string {
    const device = this.#deviceOf.get(port)
    if (device !== undefined) return device
    throw new RangeError(`port ${port} is no receiver: expected ${[...this.#deviceOf.keys()].join(', ')}`)
  }

  #choiceFor(device: string, ports: readonly ReceiverPort[]): ReceiverChoice {
    const { rules, isGood, onFix, log } = this.#options
    return new ReceiverChoice(ports, rules, isGood, {
      onFix: (fix) => onFix(device, fix),
      onSwitch: ({ to, from, reason }) => {
        if (reason === 'failover')
          log.warn(
            { device, port: to },
            `${device} uses ${to}: ${from} has given no usable fix for ${rules.failoverAfterS} s`,
          )
        else
          log.info(
            { device, port: to },
            `${device} uses ${to} again: it has given fixes for ${rules.returnAfterS} s`,
          )
      },
      onDisagreement: ({ used, other, distanceM }) =>
        log.warn(
          { device, port: other, distanceM: Math.round(distanceM) },
          `${other} is ${Math.round(distanceM)} m away from ${used}, for ${rules.disagreeAfterS} s: is one of them indoors, or of another device?`,
        ),
    })
  }
}
