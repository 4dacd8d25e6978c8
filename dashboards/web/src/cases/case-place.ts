import type { Case } from '../../../../proto/http.ts'
import type { Messages } from '../i18n/zh.ts'

/** Where a case is, in one line: its component by name or code, else the place on the map. */
export function placeOf(
  { component, componentName, position }: Pick<Case, 'component' | 'componentName' | 'position'>,
  { t }: { t: Messages },
): string {
  if (componentName !== undefined) return componentName
  if (component !== undefined) return `${t.cases.component} ${component}`
  return position ? `${position.lat.toFixed(5)}, ${position.lon.toFixed(5)}` : t.cases.noPosition
}
