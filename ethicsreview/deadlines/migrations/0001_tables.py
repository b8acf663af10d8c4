import datetime
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ethicsreview.accounts.migrating import Together


class Migration(migrations.Migration):

    initial = True

    # What an installation from before the first release has already made.
    replaces = [
        ('deadlines', '0001_initial'),
        ('deadlines', '0002_clock'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
        ('accounts', '__first__'),
    ]

    operations = [Together([
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('at', models.DateTimeField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('holder', models.CharField(blank=True, max_length=120)),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '运行记录',
                'verbose_name_plural': '运行记录',
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='类别')),
                ('label', models.CharField(max_length=200, verbose_name='名称')),
                ('citation', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_ref', models.CharField(max_length=60)),
                ('object_kind', models.CharField(max_length=40)),
                ('object_ref', models.CharField(max_length=60)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('role', models.CharField(blank=True, max_length=30, verbose_name='由谁办理')),
                ('escalate_to', models.JSONField(blank=True, default=list)),
                ('started_at', models.DateTimeField(verbose_name='起算')),
                ('due_at', models.DateTimeField(verbose_name='截止')),
                ('unit', models.CharField(choices=[('hours', '小时'), ('days', '日'), ('months', '月'), ('fixed', '固定日期')], max_length=10)),
                ('length', models.PositiveIntegerField(default=0)),
                ('shift_holidays', models.BooleanField(default=False)),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                ('outcome', models.CharField(blank=True, choices=[('met', '已办结'), ('cancelled', '已取消'), ('lapsed', '已期满')], max_length=10)),
                ('paused_at', models.DateTimeField(blank=True, null=True, verbose_name='暂停')),
                ('paused_total', models.DurationField(default=datetime.timedelta)),
                ('breached_at', models.DateTimeField(blank=True, null=True, verbose_name='逾期')),
                ('escalated_at', models.DateTimeField(blank=True, null=True, verbose_name='上报')),
                ('lapses', models.BooleanField(default=False)),
                ('ladder', models.JSONField(blank=True, default=list)),
                ('stage', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('history', models.JSONField(blank=True, default=list)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('body', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='accounts.body')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '期限',
                'verbose_name_plural': '期限',
                'indexes': [models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='deadlines_to_sweep'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['due_at'], name='deadlines_open_due'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['body', 'due_at'], name='deadlines_body_due'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['person', 'due_at'], name='deadlines_person_due'), models.Index(condition=models.Q(('closed_at__isnull', True), ('escalated_at__isnull', False)), fields=['due_at'], name='deadlines_escalated'), models.Index(fields=['subject_kind', 'subject_ref'], name='deadlines_subject'), models.Index(fields=['object_kind', 'object_ref'], name='deadlines_object')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('object_kind', 'object_ref', 'kind'), name='deadlines_one_open', violation_error_message='这一事项的同类期限已在计算中。'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('outcome', '')), models.Q(('closed_at__isnull', False), ('outcome__in', ['met', 'cancelled', 'lapsed'])), _connector='OR'), name='deadlines_closed_has_outcome'), models.CheckConstraint(condition=models.Q(('next_at__isnull', True), models.Q(('closed_at__isnull', True), ('paused_at__isnull', True)), _connector='OR'), name='deadlines_swept_only_while_running'), models.CheckConstraint(condition=models.Q(('paused_at__isnull', True), ('closed_at__isnull', True), _connector='OR'), name='deadlines_paused_is_open'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('started_at')), _connector='OR'), name='deadlines_closed_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('length', 0), ('unit', 'fixed')), ('unit__in', ['hours', 'days', 'months']), _connector='OR'), name='deadlines_unit_known')],
            },
        ),
    ])]
