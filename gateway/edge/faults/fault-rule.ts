import type { FaultKind } from '../../../proto/catalogue/catalogue.ts'
import { parametersIn } from '../../../proto/catalogue/catalogue-schema.ts'
import { DETECTORS, type DetectorName, type RuleOf } from '../../../proto/catalogue/fault-parameters.ts'
import type { FaultSettings } from './fault-config.ts'

/**
 * The catalogue's values, with what the configuration says of this component in their place. The kind's own
 * detector understands what comes out.
 * @throws RangeError where the detector asks for something that neither of them gives.
 */
export function faultRule(name: string, kind: FaultKind, settings: FaultSettings): RuleOf<DetectorName> {
  const given = { ...parametersIn(kind), ...parametersIn(settings) }
  for (const asked of DETECTORS[kind.detector].asks)
    if (given[asked] === undefined) throw new RangeError(`fault ${name}: ${asked} is missing`)
  return given as RuleOf<DetectorName>
}
