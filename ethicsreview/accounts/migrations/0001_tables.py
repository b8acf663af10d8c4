import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import ethicsreview.accounts.validators
from django.conf import settings
from django.db import migrations, models

from ethicsreview.accounts.migrating import Together


class Migration(migrations.Migration):

    initial = True

    # What an installation from before the first release has already made.
    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_person_without_unit'),
        ('accounts', '0003_feed_address'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [Together([
        migrations.CreateModel(
            name='Body',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('institution', '单位'), ('authority', '主管部门'), ('committee', '委员会')], editable=False, max_length=12, verbose_name='类别')),
                ('ref', models.CharField(editable=False, max_length=20, unique=True, verbose_name='编号')),
                ('name', models.CharField(max_length=200, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='名称')),
                ('name_en', models.CharField(blank=True, max_length=200, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='英文名称')),
                ('region', models.CharField(help_text='GB/T 2260 代码', max_length=6, validators=[ethicsreview.accounts.validators.region_code], verbose_name='地区')),
                ('is_active', models.BooleanField(default=True, verbose_name='有效')),
            ],
            options={
                'verbose_name': '机构',
                'verbose_name_plural': '机构',
                'indexes': [models.Index(fields=['region', 'kind'], name='accounts_body_region')],
            },
        ),
        migrations.CreateModel(
            name='Sequence',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('last', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(max_length=150, unique=True, validators=[django.core.validators.RegexValidator('^[\\w.+-]+\\Z', '用户名只能含文字、数字和 . + - _，不能有空格和 @。', code='username')], verbose_name='用户名')),
                ('name', models.CharField(max_length=100, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='姓名')),
                ('name_en', models.CharField(blank=True, max_length=100, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='英文姓名')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='电子邮箱')),
                ('phone', models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('^\\+?[0-9][0-9 -]{5,18}\\Z', '电话号码只能含数字、空格、连字符和开头的加号。', code='phone')], verbose_name='手机号码')),
                ('title', models.CharField(blank=True, max_length=60, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='职称')),
                ('language', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='语言')),
                ('is_active', models.BooleanField(default=True, verbose_name='有效')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='加入时间')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '人员',
                'verbose_name_plural': '人员',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Upper('username'), name='accounts_person_username_once', violation_error_message='该用户名已有人使用（不分大小写）。'), models.UniqueConstraint(django.db.models.functions.text.Upper('email'), condition=models.Q(('email', ''), _negated=True), name='accounts_person_email_once', violation_error_message='该电子邮箱已有人使用。')],
            },
        ),
        migrations.CreateModel(
            name='FeedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(editable=False)),
                ('last_read_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='feed_addresses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '日历订阅地址',
                'verbose_name_plural': '日历订阅地址',
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('person',), name='accounts_one_feed_address')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(blank=True, max_length=100, verbose_name='用途')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '接口令牌',
                'verbose_name_plural': '接口令牌',
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('researcher', '科技人员'), ('institution_officer', '单位管理人员'), ('secretary', '秘书'), ('member', '委员'), ('vice_chair', '副主任委员'), ('chair', '主任委员'), ('adviser', '顾问'), ('regulator', '监管人员'), ('recheck_expert', '复核专家'), ('programme_manager', '科技计划管理人员'), ('operator', '运维人员')], max_length=20, verbose_name='角色')),
                ('starts', models.DateField(verbose_name='自')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='至')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='accounts.body', verbose_name='机构')),
            ],
            options={
                'verbose_name': '任职',
                'verbose_name_plural': '任职',
                'indexes': [models.Index(fields=['body', 'role', 'starts'], name='accounts_appointment_body')],
                'constraints': [models.UniqueConstraint(fields=('person', 'role', 'body', 'starts'), name='accounts_appointment_once'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='accounts_appointment_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Authority',
            fields=[
                ('body_ptr', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, related_name='as_authority', serialize=False, to='accounts.body')),
                ('level', models.CharField(choices=[('national', '国家'), ('province', '省'), ('city', '市')], max_length=10, verbose_name='层级')),
                ('field', models.CharField(choices=[('general', '综合'), ('human', '涉及人的生命科学和医学'), ('ai', '人工智能'), ('animal', '实验动物'), ('agriculture', '农业')], default='general', max_length=12, verbose_name='领域')),
            ],
            options={
                'verbose_name': '主管部门',
                'verbose_name_plural': '主管部门',
            },
            bases=('accounts.body',),
        ),
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('body_ptr', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, related_name='as_institution', serialize=False, to='accounts.body')),
                ('type', models.CharField(choices=[('hospital', '医疗卫生机构'), ('university', '高等学校'), ('institute', '科研机构'), ('enterprise', '企业'), ('other', '其他'), ('individual', '无单位人员')], max_length=12, verbose_name='类型')),
                ('uscc', models.CharField(blank=True, max_length=18, null=True, unique=True, validators=[ethicsreview.accounts.validators.social_credit_code], verbose_name='统一社会信用代码')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.institution', verbose_name='上级单位')),
            ],
            options={
                'verbose_name': '单位',
                'verbose_name_plural': '单位',
            },
            bases=('accounts.body',),
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ban', '禁止承担或参与')], default='ban', max_length=12, verbose_name='类别')),
                ('starts', models.DateField(verbose_name='自')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='至')),
                ('ground', models.CharField(max_length=300, validators=[ethicsreview.accounts.validators.plain_text], verbose_name='依据')),
                ('citation', models.CharField(max_length=60, verbose_name='条款')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='accounts.institution')),
            ],
            options={
                'verbose_name': '限制',
                'verbose_name_plural': '限制',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('institution__isnull', False), ('person__isnull', True)), models.Q(('institution__isnull', True), ('person__isnull', False)), _connector='OR'), name='accounts_restriction_on_one')],
            },
        ),
    ])]
