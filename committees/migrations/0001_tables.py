import django.db.models.deletion
import ethicsreview.accounts.validators
from django.conf import settings
from django.db import migrations, models

from ethicsreview.accounts.migrating import Together


class Migration(migrations.Migration):

    initial = True

    # What an installation from before the first release has already made.
    replaces = [
        ('committees', '0001_initial'),
        ('committees', '0002_words_of_states'),
        ('committees', '0003_experts'),
        ('committees', '0004_emergency_readiness'),
    ]

    dependencies = [
        ('accounts', '0001_tables'),
        ('accounts', '__first__'),
        ('documents', '0001_tables'),
    ]

    operations = [Together([
        migrations.CreateModel(
            name='Committee',
            fields=[
                ('body_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='accounts.body')),
                ('next_due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='最近期限')),
                ('state', models.CharField(choices=[('preparing', '筹建中'), ('active', '运行中'), ('dissolved', '已撤销')], default='preparing', max_length=50, verbose_name='状态')),
                ('type', models.CharField(choices=[('institution', '单位科技伦理（审查）委员会'), ('regional_centre', '区域性科技伦理审查中心'), ('professional_centre', '专业性科技伦理审查中心'), ('sector', '行业科技伦理专家委员会')], max_length=20, verbose_name='类型')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='专业领域')),
                ('regimes', models.JSONField(default=list, verbose_name='审查范围')),
                ('set_up_on', models.DateField(blank=True, editable=False, null=True, verbose_name='设立日期')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='committees', to='accounts.institution', verbose_name='所属单位')),
            ],
            options={
                'verbose_name': '科技伦理（审查）委员会',
                'verbose_name_plural': '科技伦理（审查）委员会',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('institution__isnull', False), ('type', 'institution')), models.Q(models.Q(('type', 'institution'), _negated=True), ('institution__isnull', True)), _connector='OR'), name='committees_institution_owns_its_own'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), ('set_up_on__isnull', False), _connector='OR'), name='committees_active_was_set_up')],
            },
            bases=('accounts.body', models.Model),
        ),
        migrations.CreateModel(
            name='Expert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='最近期限')),
                ('ref', models.CharField(editable=False, max_length=20, unique=True, verbose_name='编号')),
                ('state', models.CharField(choices=[('active', '在库'), ('ended', '已退出')], default='active', max_length=50, verbose_name='状态')),
                ('category', models.CharField(choices=[('peer', '科学技术同行专家'), ('ethics', '伦理学专家'), ('law', '法学专家'), ('other', '其他人员')], max_length=6, verbose_name='类别')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='专业领域')),
                ('employer', models.CharField(blank=True, max_length=200, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='所在单位名称')),
                ('specialty', models.CharField(blank=True, max_length=300, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='专长')),
                ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='expert', to='accounts.appointment', verbose_name='任职')),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='experts', to='accounts.authority', verbose_name='主管部门')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.institution', verbose_name='所在单位')),
            ],
            options={
                'verbose_name': '复核专家',
                'verbose_name_plural': '复核专家',
                'indexes': [models.Index(fields=['authority', 'state', '-id'], name='committees_expert_authority')],
                'constraints': [models.CheckConstraint(condition=models.Q(('category__in', ['peer', 'ethics', 'law', 'other'])), name='committees_expert_category_known')],
            },
        ),
        migrations.CreateModel(
            name='CommitteeRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('charter', '章程'), ('procedure', '审查制度'), ('supervision', '监督制度'), ('confidentiality', '保密制度'), ('archive', '档案管理制度'), ('interests', '利益冲突管理制度'), ('video', '视频会议规则'), ('emergency', '应急审查制度'), ('emergency_sop', '应急审查标准操作规程')], max_length=20, verbose_name='制度')),
                ('effective', models.DateField(verbose_name='施行日期')),
                ('until', models.DateField(blank=True, null=True, verbose_name='施行至')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='committees.committee')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.documentversion', verbose_name='文本')),
            ],
            options={
                'verbose_name': '委员会制度',
                'verbose_name_plural': '委员会制度',
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('effective')), _connector='OR'), name='committees_rule_until_after'), models.UniqueConstraint(fields=('committee', 'kind', 'effective'), name='committees_rule_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='EmergencyDrill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('training', '培训'), ('drill', '演练')], max_length=10, verbose_name='类别')),
                ('title', models.CharField(max_length=200, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='名称')),
                ('held_on', models.DateField(verbose_name='日期')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergency_drills', to='committees.committee')),
            ],
            options={
                'verbose_name': '应急培训和演练',
                'verbose_name_plural': '应急培训和演练',
                'ordering': ['-held_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ExpertTraining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='培训名称')),
                ('held_on', models.DateField(verbose_name='培训日期')),
                ('hours', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='学时')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='committees.expert', verbose_name='专家')),
            ],
            options={
                'verbose_name': '专家培训记录',
                'verbose_name_plural': '专家培训记录',
                'ordering': ['-held_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('hours__gt', 0)), name='committees_expert_hours')],
            },
        ),
        migrations.CreateModel(
            name='InterestDeclaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('declared_at', models.DateTimeField(verbose_name='声明时间')),
                ('none_to_declare', models.BooleanField(verbose_name='无利益冲突需要声明')),
                ('details', models.TextField(blank=True, max_length=4000, verbose_name='利益关系说明')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interest_declarations', to='committees.committee')),
                ('institutions', models.ManyToManyField(blank=True, related_name='+', to='accounts.institution', verbose_name='有利益关系的单位')),
                ('people', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='有利益关系的人员')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interest_declarations', to=settings.AUTH_USER_MODEL, verbose_name='声明人')),
            ],
            options={
                'verbose_name': '利益声明',
                'verbose_name_plural': '利益声明',
                'ordering': ['-declared_at', '-pk'],
                'indexes': [models.Index(fields=['person', '-declared_at'], name='committees_interests_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('details', ''), ('none_to_declare', True)), models.Q(('none_to_declare', False), models.Q(('details', ''), _negated=True)), _connector='OR'), name='committees_interests_none_or_details')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sex', models.CharField(choices=[('female', '女'), ('male', '男')], max_length=6, verbose_name='性别')),
                ('category', models.CharField(choices=[('peer', '科学技术同行专家'), ('ethics', '伦理学专家'), ('law', '法学专家'), ('other', '其他人员')], max_length=6, verbose_name='类别')),
                ('external', models.BooleanField(default=False, verbose_name='非本单位')),
                ('local_knowledge', models.BooleanField(default=False, verbose_name='熟悉当地情况')),
                ('ai_categories', models.JSONField(blank=True, default=list, verbose_name='人工智能专业背景')),
                ('human_categories', models.JSONField(blank=True, default=list, verbose_name='涉及人的研究专业背景')),
                ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='membership', to='accounts.appointment', verbose_name='任职')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='committees.committee', verbose_name='委员会')),
            ],
            options={
                'verbose_name': '委员会成员',
                'verbose_name_plural': '委员会成员',
                'constraints': [models.CheckConstraint(condition=models.Q(('sex__in', ['female', 'male'])), name='committees_sex_known'), models.CheckConstraint(condition=models.Q(('category__in', ['peer', 'ethics', 'law', 'other'])), name='committees_category_known')],
            },
        ),
        migrations.CreateModel(
            name='SignedPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('confidentiality', '保密承诺书'), ('interests', '利益冲突声明')], max_length=20, verbose_name='文书')),
                ('signed_on', models.DateField(verbose_name='签署日期')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='有效期至')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed_papers', to='committees.committee')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed_papers', to=settings.AUTH_USER_MODEL, verbose_name='签署人')),
            ],
            options={
                'verbose_name': '签署的文书',
                'verbose_name_plural': '签署的文书',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('signed_on')), _connector='OR'), name='committees_paper_valid_after_signed'), models.UniqueConstraint(fields=('committee', 'person', 'kind', 'signed_on'), name='committees_paper_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='培训名称')),
                ('held_on', models.DateField(verbose_name='培训日期')),
                ('hours', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='学时')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='有效期至')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='committees.committee')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='committee_trainings', to=settings.AUTH_USER_MODEL, verbose_name='参训人')),
            ],
            options={
                'verbose_name': '培训记录',
                'verbose_name_plural': '培训记录',
                'constraints': [models.CheckConstraint(condition=models.Q(('hours__gt', 0)), name='committees_training_has_hours'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('held_on')), _connector='OR'), name='committees_training_valid_after_held')],
            },
        ),
        migrations.CreateModel(
            name='OnCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fields', models.JSONField(default=list, verbose_name='专业领域')),
                ('listed_at', models.DateTimeField(verbose_name='列入时间')),
                ('delisted_at', models.DateTimeField(editable=False, null=True)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='on_call', to='committees.committee')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='on_call', to='committees.membership', verbose_name='成员')),
            ],
            options={
                'verbose_name': '应急值班人员',
                'verbose_name_plural': '应急值班人员',
                'ordering': ['membership__appointment__role', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('delisted_at', None)), fields=('membership',), name='committees_on_call_once')],
            },
        ),
    ])]
