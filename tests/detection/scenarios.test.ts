import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadScenario } from '../../device-sim/scenario/load-scenario.ts'
import { occurrencesOf } from '../../device-sim/scenario/occurrences.ts'
import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import { AMBIGUOUS, LIVE, ON_PTYS, QUICK } from './aims.ts'
import { PAGE } from './page.ts'
import { scenarioFile, scenarioNames } from './suite.ts'

const names = scenarioNames()
const scenarios = names.map((name) => loadScenario(scenarioFile(name)))
const occurrences = scenarios.flatMap((scenario) => occurrencesOf(scenario))

test('there are as many scenarios, faults and traps as the suite promises', () => {
  expect(names.length).toBeGreaterThanOrEqual(30)
  expect(occurrences.flatMap(({ fault = [] }) => fault).length).toBeGreaterThan(1000)
  expect(occurrences.filter(({ trap }) => trap).length).toBeGreaterThan(1000)
})

test.each(CATALOGUE.faultNamesKnown())('%s has faults and traps of its own', (kind) => {
  expect(occurrences.some(({ fault }) => fault?.includes(kind))).toBe(true)
  expect(occurrences.some(({ trap }) => trap?.includes(kind))).toBe(true)
})

test('a step of the clock is of the one gateway of its process', () => {
  for (const { devices, happens } of scenarios)
    if (happens.some(({ what }) => what === 'clock-step')) expect(devices.length).toBe(1)
})

describe('what is named is there', () => {
  test.each([...QUICK, ...ON_PTYS, LIVE, ...Object.keys(AMBIGUOUS)])('%s', (name) => {
    expect(names).toContain(name)
  })

  test('the page tells of every scenario: else rebuild it', () => {
    const page = readFileSync(PAGE, 'utf8')
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})
