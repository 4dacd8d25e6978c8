import type { ProblemKinds } from '../../../proto/terminal-http.ts'
import type { Language, Words } from './words.ts'

export interface KindFieldProps {
  words: Words
  language: Language
  kinds: ProblemKinds['kinds']
  kind: string
  onChange: (kind: string) => void
}

export function KindField({ words, language, kinds, kind, onChange }: KindFieldProps) {
  const groups = Map.groupBy(kinds, ({ group }) => group)
  return (
    <label>
      {words.kind}
      <select value={kind} required onChange={(event) => onChange(event.target.value)} data-testid="kind">
        <option value="">{words.chooseKind}</option>
        {[...groups].map(([group, members]) => (
          <optgroup key={group} label={group}>
            {members.map((member) => (
              <option key={member.key} value={member.key}>
                {member[language]}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}
