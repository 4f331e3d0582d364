"""The topics of the service, the words people use for them, and the sentences they stand in."""
# ruff: noqa: E501 -- one topic a line

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A tag, its spellings and its vocabulary in Japanese and English."""

    tag: str
    japanese: tuple[str, ...]
    english: tuple[str, ...]
    words: dict[str, tuple[str, ...]]

    def spellings(self, language: str) -> tuple[str, ...]:
        """List what the topic is called in a language, the usual name first."""
        return self.japanese if language == "ja" else self.english


def topic(tag: str, japanese: str, english: str, ja_words: str, en_words: str) -> Topic:
    """Make a topic of lists written in one string each, parts separated by slashes."""
    words = {"ja": tuple(ja_words.split("/")), "en": tuple(en_words.split("/"))}
    return Topic(tag, tuple(japanese.split("/")), tuple(english.split("/")), words)


TOPICS = (
    topic("diabetes", "糖尿病/2型糖尿病", "diabetes/DM/type 2 diabetes", "血糖値/インスリン/HbA1c/食事療法/腎症/SGLT2阻害薬", "blood glucose/insulin/HbA1c/diet therapy/nephropathy/SGLT2 inhibitors"),
    topic("hypertension", "高血圧/高血圧症", "hypertension/high blood pressure", "家庭血圧/減塩/降圧薬/診察室血圧/塩分摂取量/ARB", "home blood pressure/salt reduction/antihypertensives/office readings/sodium intake/ARBs"),
    topic("heart_failure", "心不全/慢性心不全", "heart failure/CHF", "左室駆出率/利尿薬/心エコー/BNP/息切れ/心臓リハビリ", "ejection fraction/diuretics/echocardiography/BNP/breathlessness/cardiac rehabilitation"),
    topic("arrhythmia", "不整脈/心房細動", "arrhythmia/atrial fibrillation/AF", "心電図/抗凝固薬/アブレーション/動悸/ペースメーカー/ホルター検査", "electrocardiogram/anticoagulants/ablation/palpitations/pacemakers/Holter monitoring"),
    topic("stroke", "脳卒中/脳梗塞", "stroke/cerebral infarction", "血栓溶解療法/片麻痺/頭部MRI/再発予防/血栓回収/失語", "thrombolysis/hemiplegia/brain MRI/secondary prevention/thrombectomy/aphasia"),
    topic("oncology", "がん/悪性腫瘍", "cancer/oncology", "化学療法/腫瘍マーカー/がん検診/分子標的薬/緩和ケア/生存率", "chemotherapy/tumour markers/screening/targeted therapy/palliative care/survival"),
    topic("breast_cancer", "乳がん/乳癌", "breast cancer", "マンモグラフィ/ホルモン療法/HER2/乳房再建/リンパ節郭清/遺伝子検査", "mammography/hormone therapy/HER2/reconstruction/lymph node dissection/genetic testing"),
    topic("immunotherapy", "免疫療法/免疫チェックポイント阻害薬", "immunotherapy/checkpoint inhibitors", "PD-1/免疫関連有害事象/CAR-T細胞/奏効率/T細胞/自己免疫反応", "PD-1/immune-related adverse events/CAR-T cells/response rate/T cells/autoimmune reactions"),
    topic("vaccines", "ワクチン/予防接種", "vaccines/vaccination/immunization", "抗体価/接種間隔/副反応/定期接種/接種率/追加接種", "antibody titres/dosing interval/side reactions/routine schedules/coverage rates/booster doses"),
    topic("influenza", "インフルエンザ", "influenza/flu", "迅速検査/抗インフルエンザ薬/流行株/発熱外来/学級閉鎖/H1N1", "rapid tests/antivirals/circulating strains/fever clinics/class closures/H1N1"),
    topic("covid", "新型コロナ/新型コロナウイルス感染症", "COVID-19/coronavirus", "後遺症/変異株/PCR検査/濃厚接触/換気/酸素飽和度", "long-term symptoms/variants/PCR testing/close contacts/ventilation/oxygen saturation"),
    topic("antibiotics", "抗菌薬/薬剤耐性", "antibiotics/antimicrobial resistance/AMR", "耐性菌/適正使用/血液培養/広域スペクトル/黄色ブドウ球菌/感受性検査", "resistant bacteria/stewardship/blood cultures/broad-spectrum drugs/Staphylococcus aureus/susceptibility testing"),
    topic("dementia", "認知症/アルツハイマー病", "dementia/Alzheimer's disease", "軽度認知障害/アミロイド/介護者/徘徊/記憶検査/レカネマブ", "mild cognitive impairment/amyloid/caregivers/wandering/memory tests/lecanemab"),
    topic("depression", "うつ病/抑うつ", "depression/major depressive disorder", "抗うつ薬/認知行動療法/休職/不眠/SSRI/希死念慮", "antidepressants/cognitive behavioural therapy/sick leave/insomnia/SSRIs/suicidal thoughts"),
    topic("sleep", "睡眠/睡眠時無呼吸", "sleep/sleep apnea", "CPAP/いびき/夜勤/睡眠時間/体内時計/日中の眠気", "CPAP/snoring/night shifts/hours slept/the body clock/daytime drowsiness"),
    topic("dermatology", "皮膚科/アトピー性皮膚炎", "dermatology/atopic dermatitis/eczema", "保湿剤/ステロイド外用薬/かゆみ/生物学的製剤/発疹/紫外線", "moisturisers/topical steroids/itching/biologics/rashes/ultraviolet light"),
    topic("pediatrics", "小児科/小児医療", "pediatrics/child health", "乳幼児健診/発達障害/RSウイルス/食物アレルギー/成長曲線/川崎病", "infant check-ups/developmental disorders/RSV/food allergy/growth curves/Kawasaki disease"),
    topic("obstetrics", "産科/周産期", "obstetrics/perinatal care", "妊婦健診/早産/帝王切開/無痛分娩/妊娠高血圧/産後ケア", "prenatal visits/preterm birth/caesarean section/labour analgesia/preeclampsia/postpartum care"),
    topic("surgery", "外科/手術", "surgery/operations", "腹腔鏡/手術支援ロボット/縫合/術後感染/麻酔/ドレーン", "laparoscopy/robotic assistance/suturing/surgical site infection/anaesthesia/drains"),
    topic("nursing", "看護/看護師", "nursing/nurses/RN", "申し送り/褥瘡予防/訪問看護/新人教育/二交代制/特定行為", "shift handover/pressure ulcer prevention/home visits/preceptorship/two-shift rosters/nurse-led procedures"),
    topic("pharmacy", "薬剤師/薬局", "pharmacy/pharmacists", "服薬指導/お薬手帳/ジェネリック/ポリファーマシー/疑義照会/調剤", "medication counselling/medication records/generics/polypharmacy/prescription queries/dispensing"),
    topic("career", "キャリア/転職", "careers/job change", "専門医資格/履歴書/年収/留学/医局/面接", "board certification/curriculum vitae/salary/study abroad/the university department/interviews"),
    topic("work_style", "働き方改革/長時間労働", "working hours/work style reform", "時間外労働/当直/タスクシフト/勤怠管理/燃え尽き/育児休業", "overtime/on-call duty/task shifting/time records/burnout/parental leave"),
    topic("telemedicine", "遠隔医療/オンライン診療", "telemedicine/telehealth", "ビデオ通話/電子処方箋/離島/通信環境/在宅モニタリング/初診", "video calls/electronic prescriptions/remote islands/connectivity/home monitoring/first visits"),
    topic("medical_ai", "医療AI/人工知能", "medical AI/artificial intelligence", "画像診断支援/深層学習/学習データ/電子カルテ/偽陽性/説明可能性", "image reading support/deep learning/training data/electronic records/false positives/explainability"),
)  # fmt: skip
TAGS = tuple(each.tag for each in TOPICS)
LANGUAGES = ("ja", "en")

# {a} is a spelling of the topic, {w} and {v} are two of its words.
TITLES = {
    "ja": (
        "{a}と{w}:{v}をどう考えるか",
        "【解説】{a}の最新動向",
        "{w}で変わる{a}の現場",
        "{w}と{v}、いま知っておきたいこと",
        "専門家に聞く{a}",
    ),
    "en": (
        "{a} and {w}: what to make of {v}",
        "Explained: the latest on {a}",
        "How {w} changes the practice of {a}",
        "{w} and {v}: what to know now",
        "Ask the expert: {a}",
    ),
}
SENTENCES = {
    "ja": (
        "{a}の患者を対象に、{w}と{v}の関係を調べた研究が報告された。",
        "{w}は{a}の現場で欠かせないものになりつつある。",
        "{a}をめぐっては、{w}の扱いが議論になっている。",
        "{w}を見直したところ、{v}にも変化が見られたという。",
        "{v}については、{w}とあわせて考える必要がある。",
        "{w}に関する調査では、施設ごとの差が大きかった。",
        "{w}の費用と{v}の効果を比べた報告もある。",
    ),
    "en": (
        "A study of {a} looked at how {w} relates to {v}.",
        "In the field of {a}, {w} can no longer be left out.",
        "The debate on {a} has turned to {w}.",
        "After a review of {w}, changes were also seen in {v}.",
        "The question of {v} has to be weighed together with {w}.",
        "A survey on {w} found large differences between hospitals.",
        "One report compares the cost of {w} with the effect on {v}.",
    ),
}
FILLERS = {
    "ja": (
        "詳細は今後の学会で発表される予定だ。",
        "担当者は「まだ検証が必要だ」と話す。",
        "対象となった施設は全国に広がっている。",
        "読者からも多くの意見が寄せられた。",
        "今回の結果は慎重に読む必要がある。",
    ),
    "en": (
        "Details will be presented at a coming meeting.",
        "The people in charge say that more evidence is needed.",
        "The hospitals involved are spread across the country.",
        "Many readers have sent in their views.",
        "The findings should be read with caution.",
    ),
}
