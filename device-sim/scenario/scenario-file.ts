import { z } from 'zod'
import { checkHappenings } from './check-happenings.ts'
import { Device } from './device-options.ts'
import { Happening } from './happenings.ts'
import { Duration } from './quantities.ts'

/**
 * A scenario file: who there is, where, when, and what breaks. Everything that is drawn follows from `seed`; the
 * same file gives the same events on every machine. docs/simulator.md lists every field and every `what`.
 */

export const ScenarioFile = z
  .strictObject({
    about: z.string().min(1).max(500).describe('what the scenario shows, in a sentence'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31)
      .default(1)
      .describe('another seed draws other moments, arguments and noise'),
    district: z
      .int()
      .min(0)
      .max(2 ** 31)
      .default(1)
      .describe('seed of the district that the components and streets belong to'),
    startsAt: z.iso
      .datetime({ offset: true, error: 'expected a time with its offset such as 2026-05-01T19:00:00+08:00' })
      .transform((text) => Date.parse(text))
      .optional()
      .meta({ form: 'ISO 8601 with offset' })
      .describe('simulated time at the start, which the sun goes by; absent: the time of the machine'),
    lasts: Duration.describe('length of the scenario'),
    devices: z.array(Device).min(1).describe('who there is'),
    happens: z.array(Happening).default([]).describe('what happens'),
  })
  .check(({ value, issues }) => {
    const issue = (path: (string | number)[], message: string) =>
      issues.push({ code: 'custom', input: value, path, message })
    value.devices.forEach(({ id }, index) => {
      if (value.devices.findIndex((other) => other.id === id) < index)
        issue(['devices', index, 'id'], `'${id}' is the id of an earlier device too`)
    })
    checkHappenings(value, issue)
  })

export type ScenarioFile = z.output<typeof ScenarioFile>
