import { expect, test } from 'vitest'
import { Silence } from '../../../../gateway/edge/drivers/receiver-setup/silence.ts'

const everyS = (fromS: number, toS: number, stepS = 1): number[] =>
  Array.from({ length: Math.ceil((toS - fromS) / stepS) }, (_, i) => fromS + i * stepS)

test.each([
  ['a sentence a second', everyS(0, 100), []],
  ['bursts', everyS(0, 20).flatMap((s) => [s, s + 0.01, s + 0.02]), []],
  ['five seconds are no silence', [...everyS(0, 10), ...everyS(14, 20)], []],
  ['six are', [...everyS(0, 10), ...everyS(15.5, 20)], [15.5]],
  ['two silences', [...everyS(0, 10), ...everyS(20, 40), ...everyS(50, 60)], [20, 50]],
  ['a receiver that speaks every ten seconds is taken for silent once', everyS(0, 200, 10), [10]],
  ['a real silence of such a one', [...everyS(0, 100, 10), 150], [10, 150]],
])('%s', (_, atS, silentAtS) => {
  const silence = new Silence()
  expect(atS.filter((s) => silence.heard(s * 1000))).toEqual(silentAtS)
})
