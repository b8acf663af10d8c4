"""An import asked for on a page: the file, how far it is, and the report of rows that were refused or doubtful."""

from pathlib import Path
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.regions import is_region
from ethicsreview.accounts.standing import SYSTEM, Standing, standing_of
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, sheet
from reviews.importing.institutions import Institutions
from reviews.importing.layouts import LAYOUTS
from reviews.importing.problems import Problem, UnknownLayout
from reviews.importing.projects import Import, Summary
from reviews.importing.tables import Table

IMPORT = "project.import"
LARGEST = 100  # MiB


def _may(standing: Standing) -> bool:
    return standing.holds(Role.INSTITUTION_OFFICER, Role.OPERATOR)


class ImportForm(AskForm):
    file = forms.FileField(
        label=gettext_lazy("文件"), help_text=gettext_lazy("UTF-8 编码的 CSV。重复导入同一文件不改动任何内容。")
    )
    layout = forms.ChoiceField(label=gettext_lazy("格式"), choices=lambda: [(name, name) for name in sorted(LAYOUTS)])
    region = forms.CharField(
        label=gettext_lazy("地区"),
        required=False,
        max_length=6,
        help_text=gettext_lazy("未写明地区的单位按此地区，GB/T 2260 代码，如 370100。"),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST << 20:
            raise forms.ValidationError(_("文件超过%(most)dMB，请分成几份。") % {"most": LARGEST})
        return file

    def clean_region(self) -> str:
        region = str(self.cleaned_data["region"])
        if region and not is_region(region):
            raise forms.ValidationError(_("不是 GB/T 2260 行政区划代码。"))
        return region

    def title(self, label: str) -> str:
        return _("导入%(file)s") % {"file": self.cleaned_data["file"].name}


@kind(IMPORT, label=gettext_lazy("导入科技活动"), form=ImportForm, may=_may)
def _import(work: Running) -> Made:
    """Taken in by batches, each whole: begun again, what is there already is left as it is."""
    standing = standing_of(work.asker, timezone.now())
    if not _may(standing):
        raise Failed(_("您已不再担任可以导入的角色。"))
    header = [_("行"), _("列"), _("原因"), _("处理")]
    try:
        work.tell(0, None, _("清点行数"))
        total = sum(1 for _row in Table(work.given).rows())
        with sheet(work.out, "csv", header) as report:

            def tell(problem: Problem) -> None:
                said = _("拒收") if problem.refuses else _("存疑，已略去该值")
                report.add([problem.line, problem.column, problem.reason, said])

            run = Import(
                work.given,
                work.job.terms["layout"],
                Institutions(region=work.job.terms["region"]),
                # An officer enters the own unit's; of a whole register nobody is the officer, so it is the system.
                by=SYSTEM if standing.sees_everyone else work.asker,
                tell=tell,
                progress=lambda summary: work.tell(summary.rows, total, _("导入各行")),
                name=work.job.given_name,
            )
            summary = run.run()
    except (UnknownLayout, OSError) as error:
        raise Failed(_("%(error)s 请核对文件和所选格式后重新导入。") % {"error": error}) from error
    return Made(
        summary=_line(summary),
        name=f"{Path(work.job.given_name).stem[:100]}-report.csv",
        media_type=MEDIA_TYPES["csv"],
        subject=("person", work.asker.username),
        step="imported",
        facts={"source": work.job.given_name, **vars(summary)},
    )


def _line(summary: Summary) -> str:
    words = _(
        "共%(rows)d行：新增%(new)d，未变%(unchanged)d，与此前不同%(changed)d，拒收%(refused)d；"
        "存疑%(doubtful)d；新单位%(institutions)d。拒收和存疑的行及原因见报告。"
    )
    return words % {"rows": summary.rows, **vars(summary)}
