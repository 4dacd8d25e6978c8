import { Tag } from 'antd'
import type { Case } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'

export function CaseStatus({ open, status }: Pick<Case, 'open' | 'status'>) {
  const { t } = useWords()
  return <Tag className={open ? 'tag-open' : 'tag-closed'}>{t.cases.status[status]}</Tag>
}
